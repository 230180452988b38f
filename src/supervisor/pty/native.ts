/**
 * The only file that uses the native PTY binding, and only its fork and resize: on Linux node-pty's
 * own reader loses the end of a program's output, and its writer blocks the event loop or spins (see
 * ARCHITECTURE.md).
 */
import { constants as fsConstants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { requireBinary } from 'node-pty/requireBinary.js';

interface Binding {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number): void;
}

/** The binding's uid and gid for our own user and group. */
const SAME_USER = -1;

/** `env`: each NAME=value. */
export interface ForkRequest {
  file: string;
  args: readonly string[];
  env: readonly string[];
  cwd: string;
  cols: number;
  rows: number;
}

// Loaded with the module, as an upgrade may delete the file while the supervisor runs; a failure is
// reported only when a terminal is opened, so that everything else still works.
const loaded = load();

function load(): { binding: Binding; helper: string } | { error: unknown } {
  try {
    return { binding: requireBinary('pty.node') as Binding, helper: helperPath() };
  } catch (error) {
    return { error };
  }
}

/** On macOS the child is started through a helper in the binding's directory. */
function helperPath(): string {
  if (process.platform !== 'darwin') return '';
  const { cache } = createRequire('/');
  const binding = Object.keys(cache).find((file) => /node-pty-darwin.*[\\/]pty\.node$/.test(file));
  if (binding === undefined) throw new Error('cannot find the PTY binding among loaded modules');
  return join(dirname(binding), 'spawn-helper');
}

function need(): { binding: Binding; helper: string } {
  if ('binding' in loaded) return loaded;
  const reason = loaded.error instanceof Error ? loaded.error.message : String(loaded.error);
  throw new Error(`cannot load the PTY binding: ${reason}`, { cause: loaded.error });
}

/**
 * Starts a program on a new terminal. The master is non-blocking, and on Linux without close-on-exec.
 * @param onEnd called with the exit code, or the name of the signal that ended the process.
 * @throws if the binding is missing or the system is out of terminals or processes.
 */
export function fork(
  request: ForkRequest,
  onEnd: (end: { code: number | null; signal: string | null }) => void,
): { fd: number; pid: number } {
  const { binding, helper } = need();
  const { file, args, env, cwd, cols, rows } = request;
  const onExit = (code: number, signal: number) =>
    onEnd(signal === 0 ? { code, signal: null } : { code: null, signal: signalName(signal) });
  // IUTF8: the kernel's line editing erases whole characters.
  const utf8 = true;
  const who = [SAME_USER, SAME_USER] as const;
  return binding.fork(file, args, env, cwd, cols, rows, ...who, utf8, helper, onExit);
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `SIG${number}`;
}

/** Sets the size of the terminal behind a master. */
export function resize(fd: number, cols: number, rows: number): void {
  need().binding.resize(fd, cols, rows);
}

/**
 * Whether a descriptor is non-blocking: reading or writing any other would block all sessions, and
 * Node cannot change it. (proc(5): the flags in fdinfo are octal.)
 */
export function isNonBlocking(fd: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'));
    return flags !== null && (Number.parseInt(flags[1] ?? '', 8) & fsConstants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}
