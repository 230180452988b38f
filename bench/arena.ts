/**
 * One run of one peer, with its own directory, environment and processes; closing it removes all of them.
 * The bare PTY is included where that is possible.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer, PeerCommands } from './peers/peer.ts';
import { PipeIn, PipeOut } from './pipe.ts';
import { processesMarked } from './processes.ts';
import { type Command, Terminal } from './terminal.ts';

const MARKER = 'CODEX_SESSIONS_BENCH';
const STAND_IN = `#!/bin/sh
case $1 in --help|--version) exit 0;; esac
[ -n "$BENCH_PROGRAM" ] && eval "exec $BENCH_PROGRAM"
exec "$@"
`;
/** Runs the commands that come over a pipe, so that the bench decides when. "$1" is the pipes' name. */
const AGENT = `stty raw -echo
exec 3<>"$1.in" 4<>"$1.out"
printf READY
echo ready >&4
while read -r line <&3; do eval "$line"; done`;
/** A program that echoes its input byte for byte. */
export const ECHO = ['/bin/sh', '-c', 'stty raw -echo; printf READY; exec cat'];

const READY_LIMIT_MS = 5_000;
let count = 0;
const open = new Set<Arena>();

/**
 * In the place where npm's package has it: any other program would be asked for its version at each start.
 */
function standInBelow(dir: string): string {
  mkdirSync(join(dir, 'bin'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{"name":"@openai/codex","version":"0.0.1"}');
  const path = join(dir, 'bin', 'codex.js');
  writeFileSync(path, STAND_IN, { mode: 0o755 });
  return path;
}

/** Removes what an interrupted run would leave behind. */
export async function closeArenas(): Promise<void> {
  await Promise.all([...open].map((arena) => arena.close()));
}

export interface Agent {
  /** Runs a line of shell in the session; its output on descriptor 4 is the answer. */
  run(line: string): void;
  answer(limitMs?: number): Promise<string | undefined>;
}

export class Arena {
  readonly peer: Peer;
  readonly dir: string;
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly commands: PeerCommands | undefined;
  readonly standIn: string;
  readonly #marker: string;
  readonly #programs = new Map<string, readonly string[]>();
  readonly #terminals = new Set<Terminal>();
  readonly #pipes: (PipeIn | PipeOut)[] = [];
  readonly #helpers: ChildProcess[] = [];
  readonly #ends: (() => Promise<void>)[] = [];
  #holder: ChildProcess | undefined;
  #closed = false;

  constructor(peer: Peer) {
    open.add(this);
    this.peer = peer;
    this.dir = mkdtempSync(join(tmpdir(), 'csb-'));
    this.cwd = join(this.dir, 'project');
    mkdirSync(join(this.cwd, '.git'), { recursive: true });
    writeFileSync(join(this.cwd, '.git', 'description'), 'bench\n');
    this.standIn = standInBelow(join(this.dir, 'codex'));
    const id = `${process.pid}-${++count}`;
    this.#marker = `${MARKER}=${id}`;
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.dir,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      [MARKER]: id,
    };
    this.commands = peer.commands?.({ dir: this.dir, standIn: this.standIn });
  }

  /** Adds variables for everything that is started from now on. */
  addEnvironment(env: Readonly<Record<string, string>>): void {
    Object.assign(this.env, env);
  }

  /** Registers how to end processes that are not marked by the environment. */
  onClose(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** Runs a command. @returns the time until its process has ended, in ms */
  async time(command: Command): Promise<number> {
    const start = performance.now();
    const child = spawn(command.file, command.args, {
      cwd: this.cwd,
      env: { ...this.env, ...command.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.resume();
    await new Promise((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    const ms = performance.now() - start;
    child.stdout.destroy();
    return ms;
  }

  /** Runs a command. @returns what it prints */
  async output(command: Command): Promise<string> {
    const child = spawn(command.file, command.args, {
      cwd: this.cwd,
      env: { ...this.env, ...command.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    for await (const bytes of child.stdout) text += String(bytes);
    return text;
  }

  /** @throws if the peer has no such command: `suits` has to check that first */
  command(name: 'list' | 'killAll' | 'events'): Command {
    const command = this.commands?.[name];
    if (!command) throw new Error(`${this.peer.name} has no ${name}`);
    return command;
  }

  /** Starts a session in the background; for the bare PTY, it starts when it is opened. */
  async session(name: string, program: readonly string[]): Promise<void> {
    this.#programs.set(name, program);
    if (this.commands) await this.time(this.commands.start(name, program));
  }

  /** A session that is never opened. */
  async background(name: string, program: readonly string[]): Promise<void> {
    if (this.commands) return this.session(name, program);
    this.#holder ??= this.helper('holder.js', []);
    const { stdin, stdout } = this.#holder;
    const [file, ...args] = program;
    const started = new Promise((resolve) => stdout?.once('data', resolve));
    stdin?.write(`${JSON.stringify({ file, args })}\n`);
    await started;
  }

  /** A session that runs the lines it is sent, with its terminal open, as the bare PTY needs. */
  async agent(
    name: string,
    size: { cols?: number; rows?: number } = {},
  ): Promise<{ agent: Agent; terminal: Terminal }> {
    const pipes = this.#agentPipes(name);
    await this.session(name, pipes.program);
    const terminal = this.open(name, size);
    await pipes.ready();
    return { agent: pipes.agent, terminal };
  }

  async backgroundAgent(name: string): Promise<Agent> {
    const pipes = this.#agentPipes(name);
    await this.background(name, pipes.program);
    await pipes.ready();
    return pipes.agent;
  }

  #agentPipes(name: string) {
    const input = this.pipeOut(`${name}.in`);
    const output = this.pipeIn(`${name}.out`);
    const agent: Agent = {
      run: (line) => input.send(`${line}\n`),
      answer: (limitMs = READY_LIMIT_MS) => output.next(limitMs),
    };
    const ready = async () => {
      if ((await agent.answer()) === undefined)
        throw new Error(`${this.peer.name}: the program of ${name} did not start`);
    };
    const program = ['/bin/sh', '-c', AGENT, 'agent', join(this.dir, name)];
    return { agent, ready, program };
  }

  /** A terminal on the session. */
  open(name: string, size: { cols?: number; rows?: number } = {}): Terminal {
    if (this.commands) return this.terminal(this.commands.attach(name), size);
    const [file = '', ...args] = this.#programs.get(name) ?? [];
    return this.terminal({ file, args }, size);
  }

  terminal(command: Command, size: { cols?: number; rows?: number } = {}): Terminal {
    const terminal = new Terminal(command, { env: this.env, cwd: this.cwd, ...size });
    this.#terminals.add(terminal);
    return terminal;
  }

  pipeIn(name: string): PipeIn {
    const pipe = new PipeIn(join(this.dir, name));
    this.#pipes.push(pipe);
    return pipe;
  }

  pipeOut(name: string): PipeOut {
    const pipe = new PipeOut(join(this.dir, name));
    this.#pipes.push(pipe);
    return pipe;
  }

  /** Another entry of this bundle, beside us. */
  helper(
    entry: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    const child = spawn(process.execPath, [join(__dirname, entry), ...args], {
      cwd: this.cwd,
      env: { ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#helpers.push(child);
    return child;
  }

  /** The processes that hold terminals. */
  holders(): number[] {
    const holds = this.commands?.holds;
    if (!holds) return [];
    return processesMarked(this.#marker)
      .filter(({ command }) => holds(command))
      .map(({ pid }) => pid);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    open.delete(this);
    for (const child of this.#helpers) child.kill('SIGKILL');
    await Promise.all([...this.#terminals].map((terminal) => terminal.close()));
    for (const pipe of this.#pipes) pipe.close();
    for (const end of this.#ends) await end();
    for (let left = processesMarked(this.#marker); left.length > 0; ) {
      for (const { pid } of left) kill(pid);
      await new Promise((resolve) => setTimeout(resolve, 10));
      left = processesMarked(this.#marker);
    }
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}
