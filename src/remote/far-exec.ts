/** Runs one of our commands on another machine, for a user on this one. */
import { constants } from 'node:os';
import { EXIT, UserError } from '../platform/errors.ts';
import { type ExecRequest, parseExit, parseRefusal } from './dial/requests.ts';
import type { Line } from './ssh/line.ts';
import { KIND } from './stream/frames.ts';

export interface FarOutput {
  /** Bytes of standard output or, with `errors`, standard error; to be acknowledged by `taken`. */
  onBytes(bytes: Uint8Array, errors: boolean, taken: () => void): void;
}

export interface FarExec {
  /**
   * The exit code there, 128 + signal for a signal.
   * @throws UserError if it could not run, or the connection is lost
   */
  readonly ended: Promise<number>;
  /** Passes a signal on to the command. */
  signal(name: 'INT' | 'TERM'): void;
}

/** `input`: sent to its standard input. */
export function exec(
  line: Line,
  request: Omit<ExecRequest, 'type' | 'host' | 'input'>,
  output: FarOutput,
  input?: NodeJS.ReadableStream,
): FarExec {
  let finish: (code: number) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const { name: host } = line.host;
  const asked: ExecRequest = { type: 'exec', ...request, host, input: input !== undefined };
  const channel = line.channels.open(asked, {
    onData: (bytes, errors) => output.onBytes(bytes, errors, () => channel.taken(bytes.length)),
    onOpened: () => {
      input?.on('data', (bytes: Buffer) => {
        if (!channel.send(bytes)) input.pause();
      });
      input?.once('end', () => channel.end());
    },
    onDrain: () => input?.resume(),
    onExit: (exit) => finish(exitCode(exit)),
    onRefused: (why) => {
      const { message, hint, exitCode: code } = parseRefusal(why);
      fail(new UserError(`${line.host.name}: ${message}`, hint, code));
    },
    onClosed: () => void line.lost.then(fail),
  });
  return { ended, signal: (name) => channel.tell(KIND.signal, name) };
}

function exitCode(exit: unknown): number {
  const { code, signal } = parseExit(exit);
  if (signal) return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  return code ?? EXIT.failure;
}
