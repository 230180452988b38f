/** What a client has told its user of keys that are missing, or may be. */
import type { Terminal } from '../support/terminal/terminal.ts';

const TOLD = /([\d,]+) bytes? that you typed (?:may not have arrived|did not (?:all )?arrive)/g;

export interface Told {
  readonly text: string;
  readonly bytes: number;
}

/** Since the terminal was opened. */
export function toldOn(terminal: Terminal): Told[] {
  const said = terminal.raw().toString('latin1').matchAll(TOLD);
  return [...said].map(([text, count = '']) => ({
    text,
    bytes: Number(count.replaceAll(',', '')),
  }));
}
