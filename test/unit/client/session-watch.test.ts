/** Sessions are followed on at the successor of a supervisor that dies, and what is there then is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoneError, LeftBehindError } from '../../../src/client/connection/errors.ts';
import { SupervisorLink } from '../../../src/client/connection/supervisor-link.ts';
import { killSessions, renameRunning } from '../../../src/client/requests.ts';
import { SessionWatch } from '../../../src/client/sessions/session-watch.ts';
import type { SessionEventKind, SessionInfo } from '../../../src/protocol/messages.ts';
import { type StatePaths, statePaths } from '../../../src/store/paths.ts';
import { sessionInfo } from '../../support/rig/session-info.ts';

let directory: string;
let paths: StatePaths;
let supervisor: Supervisor;
let link: SupervisorLink;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cs-watch-'));
  paths = statePaths({ HOME: directory, CODEX_SESSIONS_DIR: directory });
  supervisor = await Supervisor.listen(paths.socket);
  link = new SupervisorLink(paths);
});
afterEach(async () => {
  link.close();
  await supervisor.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Asked {
  readonly type: string;
  readonly id: number;
  readonly fullNames?: string[];
  readonly fullName?: string;
  readonly name?: string;
}

/** As much of a supervisor as these tests need; `die` leaves the socket to a successor with another pid. */
class Supervisor {
  pid = 100;
  seq = 0;
  sessions: SessionInfo[];
  /** Every request but `hello`, of all that have lived so far. */
  readonly asked: Asked[] = [];
  /** Called with a request before it is answered; true: it is not. */
  before: ((asked: Asked) => boolean | undefined) | undefined;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, string[] | undefined | null>();

  private constructor(server: Server) {
    this.#server = server;
    this.sessions = [session('one', 11), session('two', 12)];
  }

  static listen(path: string): Promise<Supervisor> {
    return new Promise((resolve) => {
      const server = createServer((socket) => supervisor.#serve(socket));
      const supervisor = new Supervisor(server);
      server.listen(path, () => resolve(supervisor));
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.set(socket, null);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#onMessage(socket, JSON.parse(line) as Asked);
    });
  }

  #onMessage(socket: Socket, asked: Asked): void {
    const { id } = asked;
    if (asked.type === 'hello') {
      const features = ['list', 'subscribe', 'kill', 'rename'];
      say(socket, { type: 'welcome', protocol: 1, version: '9.0.0', pid: this.pid, features });
      return;
    }
    this.asked.push(asked);
    if (this.before?.(asked)) return;
    if (asked.type === 'list') say(socket, { type: 'sessions', id, sessions: this.sessions });
    if (asked.type === 'kill') {
      const names = asked.fullNames ?? [];
      this.sessions = this.sessions.filter(({ fullName }) => !names.includes(fullName));
      say(socket, { type: 'killed', id, fullNames: names });
    }
    if (asked.type === 'rename')
      say(
        socket,
        this.#find(asked.fullName)
          ? { type: 'done', id }
          : { type: 'refused', id, code: 'no-such-session', message: 'no such session' },
      );
    if (asked.type !== 'subscribe') return;
    const wanted = asked.fullNames;
    this.#sockets.set(socket, wanted);
    const sessions = this.sessions.filter(({ fullName }) => wanted?.includes(fullName) ?? true);
    say(socket, { type: 'subscribed', id, sessions });
  }

  #find(fullName: string | undefined): SessionInfo | undefined {
    return this.sessions.find((one) => one.fullName === fullName);
  }

  publish(event: SessionEventKind, changed: SessionInfo): void {
    this.seq += 1;
    this.sessions = this.sessions.map((one) => (one.pid === changed.pid ? changed : one));
    const message = { type: 'event', seq: this.seq, at: 'now', event, session: changed };
    for (const [socket, wanted] of this.#sockets)
      if (wanted !== null && (wanted?.includes(changed.fullName) ?? true)) say(socket, message);
  }

  die(pid = this.pid + 1): void {
    this.pid = pid;
    this.cut();
  }

  cut(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function say(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function session(name: string, pid: number, status = 'idle'): SessionInfo {
  return sessionInfo(`p:${name}`, { pid, status });
}

async function watching(...names: string[]) {
  const all = names.map((name) => session(name, 0).fullName);
  const watch = await SessionWatch.open(link, names.length > 0 ? all : undefined);
  if (!watch) throw new Error('no supervisor');
  const told: string[] = [];
  watch.onGap = ({ seq, sessions }) => told.push(`gap ${seq} ${sessions}`);
  watch.listen((event) => {
    if (!event) return told.push('end');
    const { event: kind, seq, session: of } = event;
    return told.push(`${kind} ${seq} ${of.name} ${of.status ?? of.state}`);
  });
  const until = async (last: string) => {
    if (told.at(-1) !== last) await watch.next(() => told.at(-1) === last || undefined, 5_000);
    expect(told.at(-1)).toBe(last);
  };
  return { watch, told, until };
}

test('what has changed meanwhile is told, then every change as before', async () => {
  supervisor.sessions.push(session('three', 13));
  const { watch, told, until } = await watching();
  supervisor.publish('status', session('one', 11, 'working'));
  await until('status 1 one working');
  supervisor.sessions = [session('one', 11), session('other', 12), session('new', 14)];
  supervisor.seq += 10;
  supervisor.die();
  await until('started null new idle');
  supervisor.publish('status', session('other', 12, 'working'));
  await until('status 12 other working');
  expect(told).toEqual([
    'status 1 one working',
    'gap 2 4',
    'snapshot null one idle',
    'renamed null other idle',
    'exited null three lost',
    'started null new idle',
    'status 12 other working',
  ]);
  const running = [...watch.sessions.values()].filter(({ state }) => state === 'running');
  expect(running.map(({ name }) => name).sort()).toEqual(['new', 'one', 'other']);
});

test('a session is followed by the name that it has by then, and no other', async () => {
  const { watch, told, until } = await watching('two');
  supervisor.sessions = [session('one', 11), session('renamed', 12), session('two', 15)];
  supervisor.die();
  await until('renamed null renamed idle');
  supervisor.publish('status', session('two', 15, 'working'));
  supervisor.publish('status', session('renamed', 12, 'working'));
  await until('status 2 renamed working');
  expect(told[0]).toBe('gap null 1');
  expect(told).toHaveLength(3);
  const followed = watch.get(session('two', 0).fullName);
  expect(followed).toMatchObject({ name: 'renamed', status: 'working' });
});

test('a wait that began before the death sees the state that is there after it', async () => {
  const { watch } = await watching('one');
  const idle = watch.next(
    ({ session: { status } }) => (status === 'done' ? true : undefined),
    5_000,
  );
  supervisor.sessions = [session('one', 11, 'done')];
  supervisor.die();
  expect(await idle).toBe(true);
});

test('nothing is lost of what came before anybody listened', async () => {
  const watch = await SessionWatch.open(link);
  const renewed = new Promise<void>((resolve) => {
    supervisor.before = ({ type }) => {
      if (type === 'subscribe') setImmediate(resolve);
      return false;
    };
  });
  supervisor.publish('status', session('one', 11, 'working'));
  supervisor.sessions = [session('one', 11, 'done'), session('two', 12)];
  await link.ask({ type: 'list' }, 'sessions');
  supervisor.die();
  await renewed;
  await link.ask({ type: 'list' }, 'sessions');
  const told: string[] = [];
  watch?.listen((event) =>
    told.push(`${event?.event} ${event?.session.name} ${event?.session.status}`),
  );
  expect(told).toEqual(['status one working', 'snapshot one done', 'snapshot two idle']);
});

test('deaths while it subscribes again, in a row', async () => {
  const { told, until } = await watching('one');
  let deaths = 3;
  supervisor.before = ({ type }) => {
    if (deaths === 0 || (deaths % 2 === 0 && type === 'list')) return false;
    deaths -= 1;
    supervisor.die();
    return true;
  };
  supervisor.die();
  await until('snapshot null one idle');
  expect(told).toEqual(['gap null 1', 'snapshot null one idle']);
});

test('the same supervisor again: it was read too slowly; none: it has gone', async () => {
  const { watch } = await watching('one');
  const wait = watch.next(() => undefined, 5_000);
  supervisor.cut();
  await expect(wait).rejects.toBeInstanceOf(LeftBehindError);
  expect(() => watch.check()).toThrow('left behind');

  const other = await watching('one');
  const lost = other.watch.next(() => undefined, 5_000);
  await supervisor.close();
  await expect(lost).rejects.toBeInstanceOf(GoneError);
  expect(other.told).toEqual(['end']);
});

test('where nothing runs any more, it has gone, whoever listens there', async () => {
  const { watch } = await watching('one');
  supervisor.publish('exited', { ...session('one', 11), state: 'exited', status: null });
  const lost = watch.next(() => undefined, 5_000);
  supervisor.die();
  await expect(lost).rejects.toBeInstanceOf(GoneError);
});

test('kill goes on with those that still run', async () => {
  const names = supervisor.sessions.map(({ fullName }) => fullName);
  supervisor.before = ({ type }) => {
    if (type !== 'kill' || supervisor.pid > 100) return false;
    supervisor.sessions = supervisor.sessions.slice(1);
    supervisor.die();
    return true;
  };
  expect(await killSessions(link, names)).toEqual(new Set(names));
  expect(supervisor.asked.filter(({ type }) => type === 'kill').at(-1)?.fullNames).toEqual([
    names[1],
  ]);
});

test('a session that was renamed by the one that died is renamed', async () => {
  const one = session('one', 11);
  supervisor.before = ({ type }) => {
    if (type !== 'rename' || supervisor.pid > 100) return false;
    supervisor.sessions = [session('new', 11)];
    supervisor.die();
    return true;
  };
  expect(await renameRunning(link, one, 'new')).toBe(true);
  await expect(renameRunning(link, one, 'another')).rejects.toThrow('no such session');
});
