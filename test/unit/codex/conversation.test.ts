/** Conversations in Codex's directory, and real processes that hold their locks open. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  beganAtMs,
  codexHomeOf,
  completeId,
  conversationState,
  rolloutPath,
} from '../../../src/codex/conversation.ts';
import { holderOf, lockHeldBy } from '../../../src/codex/conversation-locks.ts';
import { HeldConversation } from '../../../src/codex/held-conversation.ts';
import { type CodexObserver, codexProgram } from '../../../src/codex/observer.ts';
import type { ProgramKind, ProgramObserver } from '../../../src/supervisor/program/program.ts';
import { WAIT_MS } from '../../support/process/wait-until.ts';

const A = '01a2024a-a606-7e72-8925-994304742304';
const B = '01a2024a-a606-7e72-8925-994301111111';
const C = '01a2024b-0000-7e72-8925-994304742304';
const prefixOf = (id: string) => id.slice(0, 29);

let home: string;
let children: ChildProcess[];
const lockPath = (id: string) => join(home, 'thread-writer-locks', `${id}.lock`);

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'codex-')));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.stdin?.end();
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true });
});

function put(path: string): void {
  mkdirSync(join(home, path, '..'), { recursive: true });
  writeFileSync(join(home, path), '');
}
const putRollout = (id: string, day = '2026/11/22', root = 'sessions/') =>
  put(`${root}${day}/rollout-${day.replaceAll('/', '-')}T08-06-16-${id}.jsonl`);
const putLock = (id: string) => put(`thread-writer-locks/${id}.lock`);

/** A shell that says `ready` when it has run `script`, and ends when its stdin does. */
async function shell(script: string): Promise<number> {
  const child = spawn('sh', ['-c', `${script}\necho ready; read _; exit 0`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout!, 'data');
  return child.pid!;
}

/** A child that holds the lock of `id`, and nothing else, before the script goes on. */
const below = (id: string) =>
  `exec 3<&0; (exec 8<&- 9<>'${lockPath(id)}'; : > '${home}/up'; read _ <&3) &
   while [ ! -e '${home}/up' ]; do sleep 0.01; done`;

describe('an id', () => {
  it('is completed from the locks', async () => {
    put('thread-writer-locks/.coordination.lock');
    putLock(A);
    putLock(C);
    expect(await completeId(home, prefixOf(A))).toBe(A);
    expect(await completeId(home, prefixOf(C))).toBe(C);
  });

  it('is completed from the records, on the day that it tells or on any other', async () => {
    putRollout(A);
    putRollout(C, '2025/01/31');
    expect(await completeId(home, prefixOf(A))).toBe(A);
    expect(await completeId(home, prefixOf(C))).toBe(C);
    expect(await rolloutPath(home, C)).toContain('2025/01/31');
  });

  it('that two conversations share is none', async () => {
    putLock(A);
    putLock(B);
    expect(prefixOf(A)).toBe(prefixOf(B));
    expect(await completeId(home, prefixOf(A))).toBeUndefined();
  });

  it('of which there is no trace is none', async () => {
    expect(await completeId(home, prefixOf(A))).toBeUndefined();
    expect(await completeId(join(home, 'nowhere'), prefixOf(A))).toBeUndefined();
  });

  it('can be resumed with a record only', async () => {
    putRollout(A);
    putRollout(B, '', 'archived_sessions');
    putLock(C);
    expect(await Promise.all([A, B, C].map((id) => conversationState(home, id)))).toEqual([
      ...['recorded', 'archived', 'no-record'],
    ]);
    expect(await rolloutPath(home, '../../etc')).toBeUndefined();
  });

  it('is looked for where the environment says', () => {
    expect(codexHomeOf({ CODEX_HOME: '/x', HOME: '/h' })).toBe('/x');
    expect(codexHomeOf({ CODEX_HOME: '', HOME: '/h' })).toBe('/h/.codex');
  });
});

describe.runIf(process.platform === 'linux')('a lock', () => {
  it('is held by the process that locked it; the file alone means nothing', async () => {
    putLock(A);
    expect(await holderOf(home, A)).toBeUndefined();
    expect(await holderOf(home, B)).toBeUndefined();
    const script = `exec flock -n '${lockPath(A)}' sh -c 'echo ready; read _'`;
    const pid = await shell(script);
    expect(await holderOf(home, A)).toBe(pid);
  });

  it('is found in the process that was started, or in its child', async () => {
    for (const id of [A, B]) putLock(id);
    const own = await shell(`exec 8<>'${lockPath(A)}' 9<>'${lockPath(B)}'`);
    const held = await lockHeldBy(home, own);
    expect({ ...held, ids: [...held!.ids].sort() }).toEqual({
      pid: own,
      ids: [B, A].sort(),
      shared: false,
    });
    const parent = await shell(below(A));
    expect((await lockHeldBy(home, parent))?.ids).toEqual([A]);
    expect((await lockHeldBy(home, parent))?.pid).not.toBe(parent);
  });

  it('of a Codex that a tool started further down is not taken for the own', async () => {
    for (const id of [A, B]) putLock(id);
    const own = await shell(`exec 8<>'${lockPath(A)}'; ${below(B)}`);
    expect((await lockHeldBy(home, own))?.ids).toEqual([A]);
  });

  it('is unknown for processes without one', async () => {
    putLock(A);
    expect(await lockHeldBy(home, await shell(':'))).toBeUndefined();
    expect(await lockHeldBy(home, 2 ** 22 + 1)).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('the conversation of a session', () => {
  const title = (id: string) => `Ready | proj | ${prefixOf(id)}...`;
  let log: string[];
  let observer: CodexObserver;
  const observe = (pid: number) => {
    // The observer is what the supervisor expects, though neither side imports the other.
    const kind: ProgramKind = codexProgram;
    log = [];
    const env = { CODEX_HOME: home };
    const made: ProgramObserver = kind.observe({
      pid,
      env,
      now: Date.now,
      log: (m) => log.push(m),
    });
    observer = made as CodexObserver;
  };
  afterEach(() => observer.dispose());
  const becomes = (id: string | undefined) => expect.poll(() => observer.conversation).toBe(id);

  it('is what title and lock agree on, and follows /new', async () => {
    for (const id of [A, C]) putLock(id);
    observe(await shell(`exec 8<>'${lockPath(A)}' 9<>'${lockPath(C)}'`));
    observer.onTitle('Ready | proj');
    expect(observer.displayTitle).toBe('proj');
    observer.onTitle(title(A));
    await becomes(A);
    observer.onTitle(title(C));
    await becomes(C);
    observer.onTitle(title(A));
    await becomes(A);
    expect(log).toEqual([]);
  });

  it('is known once its lock appears, a moment after the title', async () => {
    mkdirSync(join(home, 'thread-writer-locks'));
    observe(await shell(':'));
    observer.onTitle(title(A));
    putLock(A);
    await becomes(A);
  });

  it('is known from its record where there are no locks, with the next change of state', async () => {
    observe(await shell(':'));
    observer.onTitle(title(A));
    putRollout(A);
    observer.onTitle(title(A).replace('Ready', '⠋ Working'));
    await becomes(A);
  });

  it('is looked for at once when the state changes, whenever the next search was to be', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    observe(await shell(':'));
    // Not by expect.poll, which moves the clock on: the next search never comes.
    const until = async (holds: () => boolean, what: string) => {
      for (const limit = Date.now() + WAIT_MS; !holds(); await new Promise(setImmediate))
        if (Date.now() > limit) throw new Error(`waited for ${what}`);
    };
    observer.onTitle('Ready | proj');
    await until(() => vi.getTimerCount() <= 1, 'the start to be over');
    const timers = vi.getTimerCount();
    observer.onTitle(title(A));
    await until(() => vi.getTimerCount() > timers, 'a search to wait');
    putRollout(A);
    observer.onTitle(title(A).replace('Ready', '⠋ Working'));
    await until(() => observer.conversation === A, 'the conversation to be found');
  });

  it('stays the last one known while the witnesses disagree, and that is logged once', async () => {
    for (const id of [A, C]) putLock(id);
    observe(await shell(`exec 9<>'${lockPath(A)}'`));
    observer.onTitle(title(A));
    await becomes(A);
    observer.onTitle(title(C));
    await expect.poll(() => log).toHaveLength(1);
    expect(observer.conversation).toBe(A);
    expect(log[0]).toContain(prefixOf(C));
    observer.onTitle(title(A));
    await becomes(A);
  });

  it('is none while the first witnesses disagree', async () => {
    for (const id of [A, C]) putLock(id);
    observe(await shell(`exec 9<>'${lockPath(A)}'`));
    observer.onTitle(title(C));
    await expect.poll(() => log).toHaveLength(1);
    expect(observer.conversation).toBeUndefined();
  });

  it('is told by the locks alone where no title comes: the one written to last', async () => {
    for (const id of [A, C]) putLock(id);
    const began = beganAtMs(C) ?? 0;
    const [older, newer] = [new Date(began + 60_000), new Date(began + 120_000)];
    const written = async (id: string, at: Date) => {
      putRollout(id);
      utimesSync((await rolloutPath(home, id)) ?? '', at, at);
    };
    await written(A, newer);
    await written(C, older);
    observe(await shell(`exec 8<>'${lockPath(A)}' 9<>'${lockPath(C)}'`));
    observer.onReport(Buffer.from('state=idle:app=codex'));
    await becomes(A);
    // Written since that was told.
    await written(C, new Date(Date.now() + 60_000));
    observer.onReport(Buffer.from('state=working:app=codex'));
    await becomes(C);
  });

  /** Holds the lock of A, and that of C as soon as there is one. */
  const holdsLater = () =>
    shell(
      `exec 8<>'${lockPath(A)}'; echo ready; until [ -e '${lockPath(C)}' ]; do sleep 0.1; done; exec 9<>'${lockPath(C)}'`,
    );

  it('is a new one by its lock also where that comes after the report', async () => {
    putLock(A);
    putRollout(A);
    observe(await holdsLater());
    observer.onReport(Buffer.from('state=idle:app=codex'));
    await becomes(A);
    putLock(C);
    await becomes(C);
  });

  it('stays a new one that has no record yet', async () => {
    putLock(A);
    putRollout(A);
    const held = new HeldConversation(home, await holdsLater());
    expect(await held.look()).toBe(A);
    putLock(C);
    await expect.poll(() => held.look()).toBe(C);
    expect(await held.look()).toBe(C);
    expect(await held.look()).toBe(C);
  });

  it('is the one that began after the other was written to, if both are there at the first look', async () => {
    for (const id of [A, C]) putLock(id);
    putRollout(A);
    const before = new Date((beganAtMs(C) ?? 0) - 1_000);
    utimesSync((await rolloutPath(home, A)) ?? '', before, before);
    const pid = await shell(`exec 8<>'${lockPath(A)}' 9<>'${lockPath(C)}'`);
    expect(await new HeldConversation(home, pid).look()).toBe(C);
  });

  it('tells each change once, and none after it was disposed of', async () => {
    putLock(A);
    observe(await shell(`exec 9<>'${lockPath(A)}'`));
    const changes: string[] = [];
    observer.onChange = (change) => changes.push(change);
    for (const spinner of ['⠋', '⠙', '⠹'])
      observer.onTitle(title(A).replace('Ready', `${spinner} Working`));
    await becomes(A);
    expect(changes).toEqual(['status', 'title', 'conversation']);
    observer.dispose();
    observer.onTitle(title(C));
    expect(changes).toHaveLength(3);
  });
});
