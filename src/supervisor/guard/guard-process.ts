/**
 * A guard: a shell that sleeps until its supervisor ends, with every descriptor open that a successor
 * needs, and then becomes that successor. While it sleeps it has some 110 KiB of memory of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { checkRoomToStart, descriptorOf } from '../../platform/descriptor.ts';
import { SUPERVISOR_NODE_FLAGS } from '../../platform/node-flags.ts';
import { openForOutput } from '../../store/log.ts';
import { GUARD_NAME, GUARDED_VARIABLE, LIFELINE_FD } from './inheritance.ts';

/**
 * `read` ends with a word if the guard is not needed any more, and without one if the other end of the
 * pipe has been closed, which the kernel does whatever ends a supervisor. An upgrade of the package may
 * just be replacing Node or the program: up to 10 s.
 */
const SCRIPT =
  `read -r word <&${LIFELINE_FD}; [ "$word" = bye ] && exit 0; n=0; ` +
  'until [ -x "$1" ] && [ -r "$2" ]; do n=$((n+1)); [ $n -gt 100 ] && exit 1; sleep 0.1; done; ' +
  'node=$1; script=$2; shift 2; exec "$node" "$@" "$script"';

export interface GuardRequest {
  readonly generation: number;
  readonly sessions: number;
  /** Ours, in the order of inheritance.ts. */
  readonly descriptors: readonly number[];
  readonly logPath: string;
}

export class GuardProcess {
  readonly pid: number;
  /** As of `performance.now()`. */
  readonly startedAt = performance.now();
  /** It has ended unasked. */
  onDeath: (() => void) | undefined;
  readonly #lifeline: Socket;
  #over = false;

  /** It holds everything from here on. @throws Error if it cannot be started */
  constructor(request: GuardRequest) {
    const child = start(request);
    if (child.pid === undefined) throw new Error('no process could be made');
    this.pid = child.pid;
    this.#lifeline = child.stdio[LIFELINE_FD] as Socket;
    this.#lifeline.on('error', () => {});
    this.#lifeline.unref();
    child.unref();
    child.once('exit', () => {
      if (this.#over) return;
      this.#over = true;
      this.onDeath?.();
    });
  }

  /** It ends. At once, as this process may be about to exit. */
  bye(): void {
    if (this.#over) return;
    this.#over = true;
    try {
      const fd = descriptorOf(this.#lifeline);
      if (fd !== undefined) writeSync(fd, 'bye\n');
    } catch {
      // It has just ended.
    }
    // Not before it has read: it sleeps in a read.
    this.#lifeline.end();
  }
}

function start({ generation, sessions, descriptors, logPath }: GuardRequest): ChildProcess {
  checkRoomToStart('a guard', descriptors.length);
  const output = openForOutput(logPath);
  try {
    const [, script = ''] = process.argv;
    const words = [process.execPath, script, ...SUPERVISOR_NODE_FLAGS];
    const child = spawn('/bin/sh', ['-c', SCRIPT, GUARD_NAME, ...words], {
      cwd: '/',
      detached: true,
      env: { ...process.env, [GUARDED_VARIABLE]: `${generation}:${sessions}` },
      stdio: ['ignore', output, output, 'pipe', ...descriptors],
    });
    child.on('error', () => {});
    return child;
  } finally {
    if (output !== 'ignore') closeSync(output);
  }
}
