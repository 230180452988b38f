/** Runs a program for its output, without stdin and with a time limit. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** No help text is longer. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/** Undefined if the system refuses, e.g. while an upgrade is writing the file (ETXTBSY). */
function start(
  binary: string,
  argument: string,
  env: Readonly<Record<string, string | undefined>>,
): ChildProcessByStdio<null, Readable, null> | undefined {
  try {
    // A process group of its own, so that a script's children are killed with it.
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
 * What the program wrote to stdout; undefined if that exceeds {@link OUTPUT_MAX_BYTES}, or if it did
 * not exit within `limitMs` or not with code 0.
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
