/**
 * A supervisor that only holds the lock, answers `list`, and has a guard about which a test decides
 * what it says: for what a client makes of it, also in cases that no real supervisor has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Play {
  /** The names of its sessions. */
  readonly sessions: readonly string[];
  /**
   * What it says about its guard in its first, second … answer; the last one repeats. Default:
   * nothing.
   */
  readonly said?: readonly object[];
  /** The names that its successor has; without them there is no guard. */
  readonly after?: readonly string[];
}

const SCRIPT = `
const { spawn } = require('node:child_process');
const { readFileSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { createServer } = require('node:net');
const [state, text] = process.argv.slice(1);
const play = JSON.parse(text);
const stat = readFileSync('/proc/self/stat', 'utf8');
const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const last = Math.max(0, ...readdirSync(state).map((name) => Number(/^supervisor\\.lock\\.(\\d+)$/.exec(name)?.[1] ?? 0)));
symlinkSync(boot + ':' + process.pid + ':' + start, state + '/supervisor.lock.' + (last + 1));
if (play.after) {
  const next = JSON.stringify({ sessions: play.after });
  const run = ['-e', process._eval, state, next];
  const guard = spawn('sh', ['-c', 'read -r word <&3; exec "$@"', 'codex-sessions-guard', process.execPath, ...run], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  guard.unref();
}
let answers = 0;
rmSync(state + '/supervisor.sock', { force: true });
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    for (const line of String(bytes).split('\\n').filter(Boolean)) {
      const message = JSON.parse(line);
      if (message.type === 'hello')
        socket.write(JSON.stringify({ type: 'welcome', protocol: message.protocol, version: message.version, pid: process.pid, features: [] }) + '\\n');
      if (message.type !== 'list') continue;
      const said = play.said?.[Math.min(answers++, play.said.length - 1)];
      const sessions = play.sessions.map((name) => ({
        fullName: 'codex:p:' + name + ':00000000', name, project: 'p', hash: '00000000', state: 'running', lastActivityAt: '',
      }));
      socket.write(JSON.stringify({ type: 'sessions', id: message.id, sessions, guard: said }) + '\\n');
    }
  });
}).listen(state + '/supervisor.sock', () => console.log('ready'));
`;

/** Resolves once it answers. Its guard and its successor are no children of the test. */
export async function startFake(
  state: string,
  play: Play,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', SCRIPT, state, JSON.stringify(play)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}
