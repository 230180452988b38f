/** What a failed wait shows, and recordings for people to play. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from './emulator.ts';

const SHOWN_RAW_BYTES = 600;
const SHOWN_LOG_LINES = 15;
/** A stack in one line is longer than what it tells. */
const SHOWN_LOG_LINE_CHARACTERS = 500;

export interface Recorded {
  /** Since the program's start. */
  atMs: number;
  data: Buffer;
}

/** The beginning and the end of the supervisor's log, or why there is none; '' without a directory. */
export function logTail(stateDir: string | undefined): string {
  if (stateDir === undefined) return '';
  const file = join(stateDir, 'supervisor.log');
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    return `\n--- no supervisor.log in ${stateDir}`;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const shown = [...lines.slice(0, 2), ...lines.slice(2).slice(-SHOWN_LOG_LINES)];
  const cut = shown.map((line) => line.slice(0, SHOWN_LOG_LINE_CHARACTERS));
  return `\n--- supervisor.log (${shown.length} of ${lines.length} lines)\n${cut.join('\n')}`;
}

export function describeScreen(emulator: Emulator): string {
  const { cols, rows } = emulator.xterm;
  const { x, y } = emulator.cursor();
  const edge = '─'.repeat(cols);
  return [
    `--- screen ${cols}x${rows}, cursor at column ${x + 1}, row ${y + 1}, title "${emulator.title}"`,
    `┌${edge}┐`,
    ...emulator
      .screen()
      .join('\n')
      .trimEnd()
      .split('\n')
      .map((line) => `│${line.padEnd(cols)}│`),
    `└${edge}┘ (blank to the end)`,
    `--- modes ${JSON.stringify(emulator.modes())}`,
  ].join('\n');
}

export function describeBytes(raw: Buffer): string {
  const shown = JSON.stringify(raw.subarray(-SHOWN_RAW_BYTES).toString('latin1'));
  return `--- last of ${raw.length} bytes: ${shown}`;
}

/** Version 2 of asciinema's format: a header, then `[seconds, "o", text]` a line. */
export function asciicast(cols: number, rows: number, recording: readonly Recorded[]): string {
  const header = { version: 2, width: cols, height: rows, env: { TERM: 'xterm-256color' } };
  // A character may be split over two reads.
  const decoder = new TextDecoder();
  const events = recording.map(({ atMs, data }) =>
    JSON.stringify([atMs / 1000, 'o', decoder.decode(data, { stream: true })]),
  );
  return `${[JSON.stringify(header), ...events].join('\n')}\n`;
}
