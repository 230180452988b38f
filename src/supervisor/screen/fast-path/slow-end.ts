/** How much of the output the emulator should parse itself before the fast path is tried again. */
import { ParserState } from '../emulator-internals.ts';

const ESC = 0x1b;
const DEL = 0x7f;
const FIRST_FINAL_OF_CSI = 0x40;
const FIRST_FINAL_OF_ESCAPE = 0x30;

/**
 * Where the sequence or text that begins or continues at `at` most likely ends; never within a
 * character. It may be wrong, as the fast path goes on only where the parser is at rest.
 */
export function slowEnd(data: Uint8Array, at: number, state: number): number {
  if (state === ParserState.ground) {
    const byte = data[at] as number;
    if (byte === ESC) return endOfSequence(data, at + 1);
    return byte < DEL ? endOfText(data, at) : endOfUnusual(data, at);
  }
  if (state <= ParserState.lastOfCsi) return past(data, at, FIRST_FINAL_OF_CSI);
  return endOfString(data, at);
}

/** From the byte after its ESC. */
function endOfSequence(data: Uint8Array, at: number): number {
  switch (data[at]) {
    case 0x5b: // CSI
      return past(data, at + 1, FIRST_FINAL_OF_CSI);
    case 0x5d: // OSC
    case 0x50: // DCS
    case 0x58: // SOS
    case 0x5e: // PM
    case 0x5f: // APC
      return endOfString(data, at + 1);
    default:
      return past(data, at, FIRST_FINAL_OF_ESCAPE);
  }
}

/** Behind the first byte that is not below `final`. */
function past(data: Uint8Array, from: number, final: number): number {
  let at = from;
  while (at < data.length && (data[at] as number) < final) at++;
  return wholeCharacter(data, at + 1);
}

/** Behind its terminator, BEL or ST. */
function endOfString(data: Uint8Array, from: number): number {
  let at = from;
  while (at < data.length && (data[at] as number) >= 0x20) at++;
  return Math.min(data.length, data[at] === ESC && data[at + 1] === 0x5c ? at + 2 : at + 1);
}

/** Of text that the fast path does not take, and of what follows half a character. */
function endOfText(data: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < data.length && (data[at] as number) >= 0x20) at++;
  return at;
}

/** Of wide characters, marks and what is malformed. */
function endOfUnusual(data: Uint8Array, from: number): number {
  let at = from;
  while (at < data.length && (data[at] as number) >= DEL) at++;
  // With the byte after it, which shows whether a lead byte lacks the rest of its character.
  return Math.min(data.length, at + 1);
}

function wholeCharacter(data: Uint8Array, from: number): number {
  let at = from;
  if ((data[at - 1] ?? 0) >= DEL) while (at < data.length && (data[at] as number) >= DEL) at++;
  return Math.min(data.length, at);
}
