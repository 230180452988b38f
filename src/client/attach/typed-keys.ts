/** Recognises keys in what a terminal sends, among clicks, reports and replies. */
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';

/** How many of these bytes the user has typed or pasted. */
export function typedBytesIn(bytes: Uint8Array): number {
  const tokenizer = new InputTokenizer();
  const tokens = [...tokenizer.push(bytes, 0), ...tokenizer.flush()];
  const typed = tokens.filter(({ kind }) => kind === 'text' || kind === 'key' || kind === 'paste');
  return typed.reduce((sum, token) => sum + token.bytes.length, 0);
}

/** All bytes but those of the first key; undefined if there is no key. A paste is not a key. */
export function withoutFirstKey(tokens: readonly Token[]): Uint8Array | undefined {
  const at = tokens.findIndex(({ kind }) => kind === 'text' || kind === 'key');
  const found = tokens[at];
  if (!found) return undefined;
  const rest = found.kind === 'key' ? [] : [withoutFirstCharacter(found.bytes)];
  const all = [...tokens.slice(0, at), ...tokens.slice(at + 1)].map(({ bytes }) => bytes);
  all.splice(at, 0, ...rest);
  return Buffer.concat(all);
}

/** Length of a character in UTF-8. */
function withoutFirstCharacter(bytes: Uint8Array): Uint8Array {
  let end = 1;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end++;
  return bytes.subarray(end);
}
