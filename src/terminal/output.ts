/**
 * Commands write through here: data to standard output, messages to standard error. Text for a user is
 * made safe here, wherever it comes from (safe-text.ts). A reader that has gone away (`| head`) is no
 * failure. Only two others write to standard output: client/attach/user-terminal.ts while attached, and
 * inquirer's questions (ui/prompts.ts).
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { errorCode } from '../platform/errors.ts';
import { safeJson, safeLines, safePainted } from './safe-text.ts';
import { wrapped } from './wrap.ts';

let guarded = false;

/** A pipe's reader may leave at any moment; that ends us quietly, and with success. */
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

/** A line, or several; an empty text prints nothing. */
export function print(text: string): void {
  printExactly(safeLines(text));
}

/** As {@link print}, with colours. */
export function printPainted(text: string): void {
  printExactly(safePainted(text));
}

/**
 * As it is: for a script, never for a terminal. Written directly to the descriptor, as creating the
 * stream takes 1 ms. The stream gets only what a full non-blocking pipe has not taken.
 */
export function printExactly(text: string): void {
  if (text === '') return;
  const rest = writtenDirectly(Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  if (rest.length > 0) stdout().write(rest);
}

/** What has not been written. */
function writtenDirectly(bytes: Buffer): Buffer {
  let rest = bytes;
  // What the stream still holds comes first.
  if (guarded) return rest;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    if (errorCode(error) === 'EPIPE') process.exit(0);
    if (errorCode(error) !== 'EAGAIN') throw error;
  }
  return rest;
}

export function printJson(value: unknown): void {
  printExactly(safeJson(value, 2));
}

/** One of many objects, each on a line of its own. */
export function printJsonLine(value: unknown): void {
  printExactly(safeJson(value));
}

/** As it is: frames for a terminal, of parts that are safe. */
export function writeRaw(data: string | Uint8Array): void {
  stdout().write(data);
}

/** Ends the process, whatever it still holds open, once its output has been taken. */
export function exitWhenWritten(code: number): void {
  process.exitCode = code;
  if (guarded && process.stdout.writableLength > 0)
    process.stdout.write('', () => process.exit(code));
  else process.exit(code);
}

/** To standard error; nothing happens if that is closed. */
export function say(text: string): void {
  tell(safeLines(text));
}

/** As {@link say}, with colours. */
export function sayPainted(text: string): void {
  tell(safePainted(text));
}

function tell(text: string): void {
  try {
    const { stderr } = process;
    stderr.write(`${stderr.isTTY ? wrapped(text, stderr.columns || 80) : text}\n`);
  } catch {
    // Closed.
  }
}

/** A user is there: input and output are both a terminal. */
export function isInteractive(): boolean {
  return isatty(0) && isatty(1);
}

/** A user is there, on a terminal that can be drawn on. */
export function canDraw(env: NodeJS.ProcessEnv = process.env): boolean {
  return isInteractive() && env.TERM !== 'dumb';
}

/** By https://no-color.org and the usual FORCE_COLOR. */
export function colorWanted(
  isTerminal: boolean = isatty(1),
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}

/** In columns; undefined where output is no terminal, and nothing has to be fitted. */
export function terminalWidth(): number | undefined {
  return isatty(1) ? stdout().columns || 80 : undefined;
}

/** As the kernel has it now; Node's own copy may lag behind a resize. */
export function terminalSize(): { cols: number; rows: number } {
  const [cols, rows] = isatty(1) ? stdout().getWindowSize() : [80, 24];
  return { cols: cols || 80, rows: rows || 24 };
}
