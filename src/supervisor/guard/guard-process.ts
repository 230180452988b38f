/**
 * A guard: a shell that sleeps until its supervisor ends, holding open every descriptor that a
 * successor needs, and then becomes that successor. While it sleeps it uses about 110 KiB of
 * private memory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { checkRoomToStart, descriptorOf } from '../../platform/descriptor.ts';
import { SUPERVISOR_NODE_FLAGS } from '../../platform/node-flags.ts';
import { openForOutput } from '../../store/log.ts';
import { GUARD_NAME, GUARDED_VARIABLE, LIFELINE_FD } from './inheritance.ts';

/**
 * `read` gets the word `bye` when the guard is no longer needed, and end of file when the
 * supervisor's end of the pipe is closed, which the kernel does however a supervisor ends. An
 * upgrade of the package may be replacing Node or the program at that moment, so the script waits
 * for them for up to 10 s.
 */
const SCRIPT =
  `read -r word <&${LIFELINE_FD}; [ "$word" = bye ] && exit 0; n=0; ` +
  'until [ -x "$1" ] && [ -r "$2" ]; do n=$((n+1)); [ $n -gt 100 ] && exit 1; sleep 0.1; done; ' +
  'node=$1; script=$2; shift 2; exec "$node" "$@" "$script"';

export interface GuardRequest {
  readonly generation: number;
  readonly sessions: number;
  /** Our own descriptors, in the order that inheritance.ts gives. */
  readonly descriptors: readonly number[];
  readonly logPath: string;
}

export class GuardProcess {
  readonly pid: number;
  /** On the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Called when the guard has ended without {@link bye}. */
  onDeath: (() => void) | undefined;
  readonly #lifeline: Socket;
  #over = false;

  /**
   * From here on the guard holds all the descriptors.
   * @throws Error if it cannot be started
   */
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

  /** Tells the guard to end. Written synchronously, as this process may be about to exit. */
  bye(): void {
    if (this.#over) return;
    this.#over = true;
    try {
      const fd = descriptorOf(this.#lifeline);
      if (fd !== undefined) writeSync(fd, 'bye\n');
    } catch {
      // It has just ended by itself.
    }
    // Closes the pipe only after the word is written, so the guard reads that before the end of
    // file.
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
