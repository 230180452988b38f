/** Runs a program for its output, without stdin and with a time limit. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** No help text is longer. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/**
 * Becomes the program. Beside it waits a process that kills the whole group as soon as the pipe on stdin
 * closes, because we are done or because we have ended, however that came about.
 */
const WATCHED = `exec 3<&0
{ read -r _; kill -KILL 0; } <&3 >/dev/null 3<&- &
exec "$@" </dev/null 3<&-`;

export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Output {
  /** Undefined if it was too long, or if the program failed or did not end in time. */
  readonly text: string | undefined;
  readonly inTime: boolean;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

function start(binary: string, argument: string, { cwd, env }: Place): Child | undefined {
  try {
    return spawn('/bin/sh', ['-c', WATCHED, 'sh', binary, argument], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // A process group of its own.
      detached: true,
      cwd,
      env: env as NodeJS.ProcessEnv,
    });
  } catch {
    // Node throws some errors and emits others.
    return undefined;
  }
}

/**
 * What the program writes to stdout in at most {@link OUTPUT_MAX_BYTES}, if it exits within `limitMs`
 * with code 0. Nothing that it started in its process group outlives this, or the calling process.
 */
export function outputOf(
  binary: string,
  argument: string,
  limitMs: number,
  place: Place,
): Promise<Output> {
  return new Promise((done) => {
    const child = start(binary, argument, place);
    if (child === undefined) {
      done({ text: undefined, inTime: true });
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (text: string | undefined, inTime = true) => {
      clearTimeout(timer);
      child.stdin.destroy();
      child.stdout.destroy();
      child.unref();
      done({ text, inTime });
    };
    const timer = setTimeout(() => finish(undefined, false), limitMs);
    // The group may be killed while the pipe is being closed.
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > OUTPUT_MAX_BYTES) finish(undefined);
    });
    child.on('error', () => finish(undefined));
    child.on('close', (code) => finish(code === 0 ? Buffer.concat(chunks).toString() : undefined));
  });
}
