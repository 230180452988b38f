/** What breaks, at random. Each is undone after the round where it does not undo itself. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../support/process/processes.ts';
import { RawConnection } from '../support/process/raw-client.ts';
import { DEATHS } from './deaths.ts';
import { type Fault, signal } from './fault.ts';
import { servesOrWill, type World } from './world.ts';

/** For some milliseconds, and on again after the round at the latest. */
function stopped(world: World, pid: number): void {
  signal(pid, 'SIGSTOP');
  const on = () => signal(pid, 'SIGCONT');
  setTimeout(on, 20 + world.random.int(200));
  world.heal.push(on);
}

function anyRecord(world: World): string | undefined {
  const directory = join(world.rig.stateDir, 'sessions');
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const name = world.random.pick(names.filter((one) => one.startsWith('codex:')));
  return name && join(directory, name);
}

function damage(world: World, what: string, how: (path: string) => void): void {
  const path = anyRecord(world);
  if (!path) return;
  how(path);
  world.tell(`${what}: ${path}`);
  // Whoever finds such a file removes it: it would be in the way of a start for ever.
  world.heal.push(() => {
    try {
      JSON.parse(readFileSync(path, 'utf8')).version === 1 || rmSync(path, { force: true });
    } catch {
      rmSync(path, { force: true });
    }
  });
}

export const FAULTS: readonly (readonly [Fault, number])[] = [
  ...DEATHS,
  [
    {
      name: 'kill -9 of a client',
      run(world) {
        const one = [...world.people].find(({ hurt }) => !hurt);
        if (one) {
          one.hurt = true;
          signal(one.terminal.pid, 'SIGKILL');
        } else dropWatcher(world);
      },
    },
    8,
  ],
  [{ name: 'a client hangs up', run: dropWatcher }, 8],
  [
    {
      name: 'a terminal vanishes while much is written to it',
      run(world) {
        const [one] = world.people;
        if (!one) return dropWatcher(world);
        one.terminal.send('\nflood2000\n');
        one.hurt = true;
        setTimeout(() => one.terminal.close(), world.random.int(30));
      },
    },
    8,
  ],
  [
    {
      name: 'kill -9 of a program',
      run(world) {
        const session = world.anySession();
        if (!session || !isOurs(world, session.pid)) return;
        world.killed.add(session.pid);
        signal(session.pid, 'SIGKILL');
      },
    },
    6,
  ],
  [
    {
      name: 'a program is stopped',
      run(world) {
        const session = world.anySession();
        if (session && isOurs(world, session.pid)) stopped(world, session.pid);
      },
    },
    7,
  ],
  [
    {
      name: 'a client is stopped',
      run(world) {
        const [one] = world.people;
        if (!one) return;
        // It restores its terminal and is redrawn, which is no stream.
        one.hurt = true;
        stopped(world, one.terminal.pid);
      },
    },
    5,
  ],
  [
    {
      name: 'the supervisor is stopped',
      async run(world) {
        const pid = await world.supervisorPid();
        if (pid !== undefined) stopped(world, pid);
      },
    },
    7,
  ],
  [{ name: 'the socket is removed', run: (w) => rmSync(w.rig.socket, { force: true }) }, 7],
  [
    {
      name: 'the state directory is removed',
      alone: true,
      async run(world) {
        if ((await world.supervisorPid()) === undefined) return;
        rmSync(world.rig.stateDir, { recursive: true, force: true });
        await world.rig.waitUntil(
          async () => (await world.supervisorPid()) !== undefined,
          'the state directory to be there again',
        );
      },
    },
    4,
  ],
  [
    {
      name: 'the disk is full',
      needsDisk: true,
      run(world) {
        const path = join(world.rig.root, 'filler');
        const fd = openSync(path, 'w');
        world.heal.push(() => rmSync(path, { force: true }));
        try {
          for (;;) writeSync(fd, Buffer.alloc(64 * 1024));
        } catch {
          // Until it is.
        } finally {
          closeSync(fd);
        }
      },
    },
    7,
  ],
  [
    {
      name: 'the state directory is read-only',
      needsDisk: true,
      run(world) {
        const { stateDir } = world.rig;
        execFileSync('mount', ['--bind', stateDir, stateDir]);
        world.heal.push(() => {
          execFileSync('umount', ['-l', stateDir]);
        });
        execFileSync('mount', ['-o', 'remount,bind,ro', stateDir]);
      },
    },
    6,
  ],
  [
    {
      name: 'a record is truncated',
      run: (w) => damage(w, 'truncated', (path) => truncateSync(path, w.random.int(200))),
    },
    4,
  ],
  [
    {
      name: 'a record is emptied',
      run: (w) => damage(w, 'emptied', (path) => truncateSync(path, 0)),
    },
    4,
  ],
  [
    {
      name: 'a record is garbage',
      run: (w) => damage(w, 'garbage', (path) => writeFileSync(path, '\x00\xff{"version":')),
    },
    4,
  ],
  [
    {
      name: 'a record is of a later version',
      run: (w) =>
        damage(w, 'later', (path) => writeFileSync(path, '{"version":99,"new":"things"}\n')),
    },
    4,
  ],
  [{ name: 'the clock jumps', run: jumpClock }, 5],
  [
    {
      name: 'no more descriptors',
      // Stays in force for the round. A limit that falls between a look at it and the start of a
      // process, which happens nowhere else, makes Node leak two pipes.
      alone: true,
      async run(world) {
        const pid = await world.supervisorPid();
        if (pid === undefined) return;
        const open = readdirSync(`/proc/${pid}/fd`).map(Number);
        const limit = (soft: number, one = pid) => {
          if (isAlive(one)) execFileSync('prlimit', ['--pid', String(one), `--nofile=${soft}:`]);
        };
        // A guard that was started meanwhile has got the limit, too, and whoever follows.
        world.heal.push(() => {
          for (const one of world.rig.processes()) if (servesOrWill(one)) limit(4_096, one.pid);
        });
        // Not below what is open: libuv turns people away with a descriptor of its own, which it could
        // not open again; then they wait until there is room. No limit falls by itself.
        const top = Math.max(...open) + 1;
        limit(top + world.random.int(6));
        const silent = await Promise.all(
          Array.from({ length: top - open.length }, () => RawConnection.connect(world.rig.socket)),
        );
        world.heal.push(() => {
          for (const connection of silent) connection.close();
        });
      },
    },
    7,
  ],
  [
    {
      name: 'a successor that fails',
      async run(world) {
        const script = world.random.pick(['/nowhere/supervisor.js', '/dev/null']);
        await world
          .ask({ type: 'hand-over', node: process.execPath, script })
          .catch((error: Error) => world.tell(error.message.split('\n')[0] ?? ''));
      },
    },
    4,
  ],
];

/** Another process may have the pid by now. */
function isOurs(world: World, pid: number): boolean {
  return world.rig.processes().some((one) => one.pid === pid);
}

function dropWatcher(world: World): void {
  const watcher = world.random.pick([...world.watchers]);
  if (!watcher) return;
  world.watchers.delete(watcher);
  watcher.send('\nflood500\nhalf a li');
  watcher.close();
}

/** There is no setting of the real clock: a successor is given one that can be moved. */
async function jumpClock(world: World): Promise<void> {
  const offset = world.rig.file(
    'clock-offset',
    String(world.random.pick([-1, -24, 24]) * 3_600_000),
  );
  const script = world.rig.file(
    'moved-clock.js',
    `const Real = Date;
let offset = 0;
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length > 0) super(...given); else super(Real.now() + offset); }
  static now() { return Real.now() + offset; }
};
process.on('SIGUSR2', () => {
  offset = Number(require('node:fs').readFileSync(${JSON.stringify(offset)}, 'utf8'));
});
require(${JSON.stringify(world.supervisorScript)});
`,
  );
  try {
    const answer = await world.ask({ type: 'hand-over', node: process.execPath, script });
    signal(Number(answer.pid), 'SIGUSR2');
  } catch (error) {
    world.tell((error as Error).message.split('\n')[0] ?? '');
  }
}

export const FAULT_BAG = FAULTS.flatMap(([fault, weight]) =>
  Array.from({ length: weight }, () => fault),
);
