/** Starts a program only for what it writes, with nothing on its stdin and a time limit. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** No help is longer. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/** Undefined where the system refuses, such as a file that an upgrade is still writing (ETXTBSY). */
function start(
  binary: string,
  argument: string,
  env: Readonly<Record<string, string | undefined>>,
): ChildProcessByStdio<null, Readable, null> | undefined {
  try {
    // Its own process group, so that what a script started ends with it.
    return spawn(binary, [argument], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
      env: env as NodeJS.ProcessEnv,
    });
  } catch {
    // Node throws some errors and emits others.
    return undefined;
  }
}

/**
 * The first {@link OUTPUT_MAX_BYTES} of stdout; undefined when it did not end within `limitMs`, or not
 * with exit code 0.
 */
export function outputOf(
  binary: string,
  argument: string,
  limitMs: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  return new Promise((done) => {
    const child = start(binary, argument, env);
    if (child === undefined) {
      done(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (output: string | undefined) => {
      clearTimeout(timer);
      child.stdout.destroy();
      done(output);
    };
    const giveUp = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      child.unref();
      finish(undefined);
    };
    const timer = setTimeout(giveUp, limitMs);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > OUTPUT_MAX_BYTES) giveUp();
    });
    child.on('error', () => finish(undefined));
    child.on('close', (code) => finish(code === 0 ? Buffer.concat(chunks).toString() : undefined));
  });
}
