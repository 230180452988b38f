/**
 * Everything that one test needs, separate from everything else on the machine: a state directory,
 * a home, projects, a program in Codex's place, the built command, and an end that leaves nothing
 * and complains about what the product itself should have ended.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import {
  killProcess,
  listenerOf,
  type ProcessInfo,
  processesMarked,
} from '../process/processes.ts';
import { WAIT_MS, waitUntil } from '../process/wait-until.ts';
import { logTail } from '../terminal/show.ts';
import { Terminal, type TerminalOptions } from '../terminal/terminal.ts';
import { requireBuild } from './build.ts';
import { COMMAND } from './command.ts';
import { testSnapshot } from './snapshot.ts';

export interface RigOptions {
  /**
   * The body of a `sh` script that runs in Codex's place. Default: says hello, then a shell.
   * With `null` the command finds whatever `codex` is on the PATH.
   */
  codex?: string | null | undefined;
  /** Added to every child's environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** How long everything may take to leave after the last session's end; default `WAIT_MS`. */
  leaveMs?: number | undefined;
  /** Another command than the built one, such as an installed package. */
  bin?: string | undefined;
  /** `false`: no guard, as on other systems than Linux; the sessions end with their supervisor. */
  guarded?: boolean | undefined;
}

export interface RunOptions {
  cwd?: string | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  /** Goes to standard input; without it that is empty. */
  input?: string | Uint8Array | undefined;
  /** Default `WAIT_MS`: nothing may hang. */
  timeout?: number | undefined;
  /** Id of another user and of his only group; root alone can become one. */
  as?: number | undefined;
  /** `start -d` and `fork -d` wait as they do for users, see {@link Rig.run}. */
  waits?: boolean | undefined;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** 128 + signal where a signal ended it. */
  exitCode: number;
}

/** An element of `ls --json`; the keys that the README promises. */
export interface Listed {
  name: string;
  project: string;
  hash: string;
  fullName: string;
  root: string;
  cwd: string;
  state: string;
  status: string | null;
  pid: number;
  clients: number;
  title: string | null;
  createdAt: string;
  lastActivityAt: string;
  exit?: { code: number | null; signal: string | null } | null;
}

export interface OpenOptions
  extends Partial<Pick<TerminalOptions, 'cwd' | 'env' | 'cols' | 'rows' | 'answers' | 'colours'>> {
  /** As for a user who has never left a session, and is told how to; default: the user knows. */
  firstEver?: boolean;
}

const MARKER = 'CODEX_SESSIONS_TEST_RIG';
const LEAVE_MS = WAIT_MS;
const RUN_MS = WAIT_MS;

/** Interactive, so that tests can type commands into "Codex". */
const STAND_IN = `printf 'stand-in ready %s\\n' "$*"
PS1='$ ' exec /bin/sh -i`;

/**
 * First lines of a stand-in that answer as Codex does, for tests that look at what is asked of it.
 */
export const ANSWERS = `case $1 in
  --version) echo codex-cli 1.2.3; exit;;
  --help) printf 'Options:\\n  -c, --config <key=value>\\n'; exit;;
esac`;

let count = 0;

function listProcessLines(list: readonly ProcessInfo[]): string {
  return list
    .map(({ pid, parent, command }) => `  ${pid} (child of ${parent}) ${command}`)
    .join('\n');
}

export class Rig {
  /** Short, so that the socket's path fits; real, so that paths can be compared. */
  readonly root: string;
  readonly stateDir: string;
  readonly home: string;
  /** The default project; see also `project()`. */
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #bin: string;
  readonly #marker: string;
  readonly #standsIn: boolean;
  readonly #leaveMs: number;
  readonly #terminals = new Set<Terminal>();
  #forgiven = false;
  #closed = false;

  constructor(options: RigOptions = {}) {
    this.#bin = options.bin ?? COMMAND;
    this.#leaveMs = options.leaveMs ?? LEAVE_MS;
    this.#standsIn = options.codex !== null;
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'cs-')));
    this.stateDir = join(this.root, 'state');
    this.home = join(this.root, 'home');
    mkdirSync(this.home);
    this.projectDir = this.project('ultra');
    const id = `${process.pid}-${++count}`;
    this.#marker = `${MARKER}=${id}`;
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, '.config'),
      XDG_STATE_HOME: join(this.home, '.local', 'state'),
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      CODEX_SESSIONS_DIR: this.stateDir,
      CODEX_SESSIONS_SNAPSHOT: testSnapshot(),
      ...this.#codexEnv(options.codex),
      [MARKER]: id,
      ...(options.guarded === false && { CODEX_SESSIONS_NO_GUARD: '1' }),
      ...options.env,
    };
  }

  #codexEnv(body: string | null = STAND_IN): Record<string, string> {
    return body === null ? {} : { CODEX_SESSIONS_CODEX: this.program('codex', body) };
  }

  /** A directory that counts as a project; the same base name may be had at another place. */
  project(name: string, place = 'p'): string {
    const path = join(this.root, place, name);
    // Without a HEAD: to Codex it is no repository, about which it would ask.
    this.file(join(place, name, '.git', 'description'), name);
    return path;
  }

  /** An executable `sh` script. */
  program(name: string, body: string): string {
    return this.file(join('bin', name), `#!/bin/sh\n${body}\n`, 0o755);
  }

  /** A file in the rig's directory. */
  file(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  /**
   * Runs the command without a terminal. Most stand-ins for Codex draw nothing, and would be waited for
   * until the time limit: with one, what starts in the background gets `--no-wait` unless it `waits`.
   */
  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    requireBuild();
    const { cwd = this.projectDir, env, input, timeout = RUN_MS, as } = options;
    const inBackground = /^(?:start|fork)$/.test(args[0] ?? '') && args.includes('-d');
    const hurries = inBackground && this.#standsIn && !options.waits;
    const words = hurries ? [...args.slice(0, 1), '--no-wait', ...args.slice(1)] : args;
    const result = await execa(this.#bin, words, {
      cwd,
      env: { ...this.env, ...env },
      extendEnv: false,
      reject: false,
      timeout,
      stripFinalNewline: false,
      ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
      ...(as !== undefined && { uid: as, gid: as }),
    });
    const { stdout, stderr } = result;
    if (result.timedOut) {
      throw new Error(
        `codex-sessions ${args.join(' ')} did not end in ${timeout} ms\n--- stdout\n${stdout}\n--- stderr\n${stderr}${logTail(this.stateDir)}`,
      );
    }
    if (result.exitCode === undefined && result.signal === undefined) throw result;
    return { stdout, stderr, exitCode: result.exitCode ?? 128 };
  }

  /** As `run`, but a failure of the command is a failure of the test. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(args, options);
    if (exitCode === 0) return stdout;
    throw new Error(
      `codex-sessions ${args.join(' ')} exited with ${exitCode}\n--- stdout\n${stdout}\n--- stderr\n${stderr}${logTail(this.stateDir)}`,
    );
  }

  /** `ls --json`, in the command's own order. */
  async list(...flags: string[]): Promise<Listed[]> {
    return JSON.parse(await this.ok(['ls', '--json', ...flags])) as Listed[];
  }

  /** Runs the command in a terminal. The rig closes it in the end. */
  open(args: readonly string[], options: OpenOptions = {}): Terminal {
    requireBuild();
    return this.openProgram(this.#bin, args, options);
  }

  /** Any program in a terminal, with the rig's environment: a shell, for example. */
  openProgram(
    file: string,
    args: readonly string[],
    { firstEver, ...options }: OpenOptions = {},
  ): Terminal {
    if (!firstEver) this.knowKeys();
    const terminal = Terminal.open({
      cwd: this.projectDir,
      stateDir: this.stateDir,
      ...options,
      file,
      args,
      env: { ...this.env, ...options.env },
    });
    this.#terminals.add(terminal);
    return terminal;
  }

  /**
   * As if a session had been left before: otherwise the first attachment explains how, which takes
   * time.
   */
  knowKeys(): void {
    try {
      mkdirSync(join(this.stateDir, 'terminals'), { recursive: true, mode: 0o700 });
    } catch {
      // The state directory is not a directory, or not ours.
    }
  }

  get socket(): string {
    return join(this.stateDir, 'supervisor.sock');
  }

  /** The process that listens on the socket, or undefined. */
  supervisorPid(): number | undefined {
    return listenerOf(this.socket, this.processes());
  }

  /** Every process that was started from this rig and still exists. */
  processes(): ProcessInfo[] {
    return processesMarked(this.#marker);
  }

  /** With the supervisor's log on failure. */
  waitUntil<T>(probe: () => T | Promise<T>, what: string, timeout?: number) {
    return waitUntil(probe, {
      what,
      describe: () => `${this.describe()}${logTail(this.stateDir)}`,
      ...(timeout === undefined ? {} : { timeout }),
    });
  }

  describe(): string {
    return `--- processes of the rig\n${listProcessLines(this.processes())}`;
  }

  /** Resolves when the supervisor has left by itself and nothing of the rig runs any more. */
  async waitUntilEmpty(): Promise<void> {
    await this.waitUntil(
      () => this.processes().length === 0,
      'every process to end',
      this.#leaveMs,
    );
  }

  /** For tests that kill the supervisor or freeze things: leftovers are removed in silence. */
  forgiveLeftovers(): void {
    this.#forgiven = true;
  }

  /** @throws when anything is left that the product should have ended or removed */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#terminals].map((terminal) => terminal[Symbol.asyncDispose]()));
    const complaints: string[] = [];
    if (!this.#forgiven) complaints.push(...(await this.#leave()));
    const left = this.processes();
    if (left.length > 0) complaints.push(`still running:\n${listProcessLines(left)}`);
    for (const info of left) killProcess(info);
    await waitUntil(() => this.processes().length === 0, { what: 'the killed to be gone' });
    if (left.length === 0 && existsSync(this.socket)) complaints.push(`left: ${this.socket}`);
    const log = complaints.length > 0 ? logTail(this.stateDir) : '';
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    if (complaints.length === 0 || this.#forgiven) return;
    throw new Error(`the test left something behind: ${complaints.join('\n')}${log}`);
  }

  /** Ends the sessions as a user would, and waits for the supervisor to go. */
  async #leave(): Promise<string[]> {
    try {
      // One that has just died is followed by another in a moment.
      const coming = this.processes().some(({ command }) => command.includes('supervisor.js'));
      if (coming || this.supervisorPid() !== undefined) await this.ok(['kill-all', '-y']);
      await this.waitUntilEmpty();
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The sessions' records, without what is being written beside them at this moment. */
export function recordFiles({ stateDir }: Rig): string[] {
  const names = readdirSync(join(stateDir, 'sessions'));
  return names.filter((name) => !name.endsWith('.tmp')).sort();
}

/** A rig for the test that is running; it ends with it. */
export function createRig(options: RigOptions = {}): Rig {
  const rig = new Rig(options);
  onTestFinished(() => rig.close());
  return rig;
}
