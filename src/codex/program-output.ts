/** Runs a program for its output, without stdin and with a time limit. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** No help text is longer. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/**
 * Becomes the program. A process beside it waits to kill the whole group as soon as the pipe on
 * stdin closes, because we are done or have ended, for whatever reason.
 */
const WATCHED = `exec 3<&0
{ read -r _; kill -KILL 0; } <&3 >/dev/null 2>&1 3<&- &
exec "$@" </dev/null 3<&-`;

export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Output {
  /** Undefined if it was too long, or if the program failed or did not end in time. */
  readonly text: string | undefined;
  readonly inTime: boolean;
  /** How it ended, if it did so by itself. */
  readonly exit?: { readonly code: number | null; readonly signal: string | null };
  /** What it wrote to stderr; empty unless requested. */
  readonly errors: string;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable | null>;

function start(
  binary: string,
  args: readonly string[],
  { cwd, env }: Place,
  withErrors: boolean,
): Child | undefined {
  try {
    return spawn('/bin/sh', ['-c', WATCHED, 'sh', binary, ...args], {
      stdio: ['pipe', 'pipe', withErrors ? 'pipe' : 'ignore'],
      // A process group of its own.
      detached: true,
      cwd,
      env: env as NodeJS.ProcessEnv,
    }) as Child;
  } catch {
    // Node throws some errors and emits others.
    return undefined;
  }
}

/**
 * What the program writes to stdout, up to {@link OUTPUT_MAX_BYTES}, if it exits with code 0 within
 * `limitMs`. Nothing that it has started in its process group outlives this call, or the calling
 * process.
 */
export function outputOf(
  binary: string,
  args: readonly string[],
  limitMs: number,
  place: Place,
  withErrors = false,
): Promise<Output> {
  return new Promise((done) => {
    const child = start(binary, args, place, withErrors);
    if (child === undefined) {
      done({ text: undefined, inTime: true, errors: '' });
      return;
    }
    const chunks: Buffer[] = [];
    const errors: Buffer[] = [];
    let bytes = 0;
    const finish = (output: Pick<Output, 'exit'> & { inTime?: boolean }) => {
      clearTimeout(timer);
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr?.destroy();
      child.unref();
      const text = output.exit?.code === 0 ? Buffer.concat(chunks).toString() : undefined;
      done({ inTime: true, text, errors: Buffer.concat(errors).toString(), ...output });
    };
    const timer = setTimeout(() => finish({ inTime: false }), limitMs);
    // The group may be killed while the pipe is being closed.
    child.stdin.on('error', () => {});
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      into.push(chunk);
      bytes += chunk.length;
      if (bytes > OUTPUT_MAX_BYTES) finish({});
    };
    child.stdout.on('data', collect(chunks));
    child.stderr?.on('data', collect(errors));
    child.on('error', () => finish({}));
    child.on('close', (code, signal) => finish({ exit: { code, signal } }));
  });
}
