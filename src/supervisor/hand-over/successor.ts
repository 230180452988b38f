/** The predecessor's view of the successor: a process that is started, sent the state, or killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { checkRoomToStart } from '../../platform/descriptor.ts';
import { messageOf } from '../../platform/errors.ts';
import { SUPERVISOR_NODE_FLAGS } from '../../platform/node-flags.ts';
import { type Log, openForOutput } from '../../store/log.ts';
import { type HandOverState, READY_FD, TAKE_OVER_FD, TAKE_OVER_VARIABLE } from './state.ts';

/** A successor starts in 50 ms and needs some ms per session; on a loaded machine more. */
const READY_LIMIT_MS = 20_000;
/** A successor takes the lock within a millisecond; after this we exit even if it has not. */
const LOCKED_LIMIT_MS = 1_000;
/** A killed process exits within milliseconds, later on a loaded machine. */
const KILLED_LIMIT_MS = 500;

export interface Successor {
  /** Path of Node. */
  readonly node: string;
  /** Path of the supervisor's bundle. */
  readonly script: string;
}

/**
 * Starts the successor with these descriptors of ours.
 * @throws Error if no process could be created; some failures are only reported by {@link accepted}.
 */
export function launch(
  { node, script }: Successor,
  descriptors: readonly number[],
  logPath: string,
  log: Log,
): ChildProcess {
  checkRoomToStart('a hand-over', descriptors.length);
  const output = openForOutput(logPath);
  try {
    const child = spawn(node, [...SUPERVISOR_NODE_FLAGS, script], {
      cwd: '/',
      detached: true,
      env: { ...process.env, [TAKE_OVER_VARIABLE]: String(descriptors.length) },
      stdio: ['ignore', output, output, 'pipe', 'pipe', ...descriptors],
    });
    // If no process could be created, there are no pipes; the reason comes as an event.
    child.on('error', (error) => log.error('the new supervisor cannot be started', error));
    if (child.pid === undefined && !child.stdio)
      throw new Error('the new supervisor cannot be started: no process could be made');
    return child;
  } finally {
    if (output !== 'ignore') closeSync(output);
  }
}

/**
 * Sends the state, waits until the successor has restored everything from it, and sends `go`.
 * @throws Error if the successor fails before that.
 */
export async function accepted(child: ChildProcess, state: HandOverState): Promise<void> {
  const pipe = child.stdio[TAKE_OVER_FD] as Writable;
  const answer = child.stdio[READY_FD] as Readable;
  const said = firstLine(child, answer, pipe);
  pipe.write(`${JSON.stringify(state)}\n`);
  const line = await said;
  if (line !== 'ready')
    throw new Error(`the new supervisor said: ${line.replace(/^failed /, '') || 'nothing'}`);
  await new Promise<void>((resolve, reject) => {
    pipe.write('go\n', (error) => (error ? reject(error) : resolve()));
  });
  await locked(answer);
}

/** The successor's answer; incomplete if it exits or a pipe fails. */
function firstLine(child: ChildProcess, answer: Readable, pipe: Writable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const limit = setTimeout(
      () => reject(new Error(`the new supervisor was not ready in ${READY_LIMIT_MS / 1000} s`)),
      READY_LIMIT_MS,
    );
    const end = () => {
      clearTimeout(limit);
      resolve(text.split('\n')[0] ?? '');
    };
    answer.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      if (text.includes('\n')) end();
    });
    answer.once('end', end);
    answer.once('error', end);
    pipe.once('error', end);
    child.once('error', (error) => {
      clearTimeout(limit);
      reject(new Error(`the new supervisor cannot be started: ${messageOf(error)}`));
    });
  });
}

/** The successor closes its pipe once it has the lock; an earlier version has done both by now. */
async function locked(answer: Readable): Promise<void> {
  if (answer.closed) return;
  await new Promise((resolve) => {
    answer.once('close', resolve);
    setTimeout(resolve, LOCKED_LIMIT_MS);
  });
}

/** Resolves when a killed successor has exited, so that it no longer holds the lock. */
export async function gone(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  let limit: NodeJS.Timeout | undefined;
  await Promise.race([
    new Promise((resolve) => child.once('exit', resolve)),
    new Promise((resolve) => {
      limit = setTimeout(resolve, KILLED_LIMIT_MS);
    }),
  ]);
  clearTimeout(limit);
}
