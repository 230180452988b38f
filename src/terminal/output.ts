/**
 * All commands write through here: data to standard output, messages to standard error. Text for a
 * user is made safe here, whatever its source (safe-text.ts). A reader that has gone away (`|
 * head`) is not a failure. Only attached terminals (client/attach/), inquirer's questions
 * (ui/prompts.ts) and the pager's input (pager.ts) are written elsewhere.
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { errorCode } from '../platform/errors.ts';
import { PipeReader } from '../platform/pipe-reader.ts';
import { advised } from './advice.ts';
import { signs } from './ascii.ts';
import { farTerminal } from './far-terminal.ts';
import { safeJson, safeLines, safePainted } from './safe-text.ts';
import { wrapped } from './wrap.ts';

let guarded = false;
let reader: PipeReader | undefined;

/**
 * For a command that runs until it is ended: it ends with the reader of its output, even while it prints
 * nothing.
 */
export function endWithReader(): void {
  reader ??= new PipeReader(() => process.exit(0));
}

/** Gets what would be written to standard output and standard error. */
export interface OutputTarget {
  onOutput(bytes: Buffer): void;
  onErrors(bytes: Buffer): void;
}

/** Set while `dial` runs a command in its own process. */
let target: OutputTarget | undefined;

/** Redirects output from now on; undefined: back to that of this process. */
export function redirectOutput(to: OutputTarget | undefined): void {
  target = to;
}

/** Creates the stream. When a pipe's reader goes away, the process exits silently with code 0. */
function stdout(): NodeJS.WriteStream {
  if (!guarded) {
    guarded = true;
    process.stdout.on('error', (error) => {
      if (errorCode(error) === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return process.stdout;
}

/** In a file or a pipe the text is unchanged, including names. */
function shown(text: string): string {
  return isatty(1) ? signs(text) : text;
}

/** One line or several; an empty text prints nothing. */
export function print(text: string): void {
  printExactly(shown(safeLines(text)));
}

/** As {@link print}, with colours. */
export function printPainted(text: string): void {
  printExactly(shown(safePainted(text)));
}

/**
 * Unchanged: for scripts, or text that is already safe. Written directly to the descriptor, as
 * creating the stream takes 1 ms; the stream gets only what a full non-blocking pipe did not accept.
 */
export function printExactly(text: string): void {
  if (text === '') return;
  const rest = writtenDirectly(Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  if (rest.length > 0) stdout().write(rest);
  reader?.written();
}

/** Returns what could not be written. */
function writtenDirectly(bytes: Buffer): Buffer {
  let rest = bytes;
  if (target) {
    target.onOutput(bytes);
    return Buffer.alloc(0);
  }
  // The stream may still hold earlier output, which must come first.
  if (guarded) return rest;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    if (errorCode(error) === 'EPIPE') process.exit(0);
    if (errorCode(error) !== 'EAGAIN') throw error;
  }
  return rest;
}

/** Resolves once everything printed is written; if its reader goes away, the process exits instead. */
export function whenWritten(): Promise<void> {
  if (!guarded || process.stdout.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => process.stdout.write('', () => resolve()));
}

export function printJson(value: unknown): void {
  printExactly(safeJson(value, 2));
}

/** For JSON Lines: one object on one line. */
export function printJsonLine(value: unknown): void {
  printExactly(safeJson(value));
}

/** Frames for a terminal, whose parts are already safe. The bytes are not changed. */
export function writeRaw(data: string | Uint8Array): void {
  stdout().write(typeof data === 'string' ? signs(data) : data);
}

/** Exits once the output is written, whatever else is still open. */
export function exitWhenWritten(code: number): void {
  process.exitCode = code;
  if (guarded && process.stdout.writableLength > 0)
    process.stdout.write('', () => process.exit(code));
  else process.exit(code);
}

/** To standard error; does nothing if that is closed. */
export function say(text: string): void {
  tell(signs(safeLines(advised(text))));
}

/** As {@link say}, with colours. */
export function sayPainted(text: string): void {
  tell(signs(safePainted(text)));
}

function tell(text: string): void {
  if (target) {
    target.onErrors(Buffer.from(`${text}\n`));
    return;
  }
  try {
    const { stderr } = process;
    stderr.write(`${stderr.isTTY ? wrapped(text, stderr.columns || 80) : text}\n`);
  } catch {
    // Closed.
  }
}

/**
 * The output of another program, unchanged, or already made safe by the caller. `written` is called
 * once it is on its way.
 */
export function writeRelayed(bytes: Uint8Array, written: () => void): void {
  stdout().write(bytes, () => written());
  reader?.written();
}

/** Whether a user reads this as it is printed, on this machine or another one. */
export function isShown(): boolean {
  return isatty(1) || farTerminal() !== undefined;
}

/** Whether there is a user who can be asked. */
export function canAsk(): boolean {
  return isInteractive() || farTerminal()?.answers === true;
}

/** Whether input and output are both a terminal. */
export function isInteractive(): boolean {
  return isatty(0) && isatty(1);
}

/** Whether there is a user whose terminal has cursor addressing. */
export function canDraw(env: NodeJS.ProcessEnv = process.env): boolean {
  return isInteractive() && env.TERM !== 'dumb';
}

/** Source: https://no-color.org; FORCE_COLOR as other programs have it. */
export function colorWanted(
  isTerminal: boolean = isatty(1),
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const far = farTerminal();
  if (far) return far.color;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}

/** In columns; undefined if output is no terminal, so nothing has to fit. */
export function terminalWidth(): number | undefined {
  return isatty(1) ? stdout().columns || 80 : farTerminal()?.cols;
}

/**
 * The size of the terminal that this process writes to; undefined if there is none, or if it has no
 * size.
 */
export function ownSize(): { cols: number; rows: number } | undefined {
  const far = farTerminal();
  if (far) return { cols: far.cols, rows: far.rows };
  const stream = [process.stdout, process.stderr].find(({ isTTY }) => isTTY);
  const [cols = 0, rows = 0] = stream?.getWindowSize() ?? [];
  return cols >= 1 && cols <= 1_000 && rows >= 1 && rows <= 1_000 ? { cols, rows } : undefined;
}

/** Asks the kernel: Node's own copy may lag behind a resize. */
export function terminalSize(): { cols: number; rows: number } {
  const [cols, rows] = isatty(1) ? stdout().getWindowSize() : [80, 24];
  return { cols: cols || 80, rows: rows || 24 };
}
