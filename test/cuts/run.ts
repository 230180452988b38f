/**
 * A seeded run: at random moments of a flood and of typing, the line to another machine is cut, stalls, is
 * slow, or passes single bytes. After each, the screen must be that of `peek` there, and that of a tmux
 * attached to the same session there; the session must have noticed nothing, and no input may arrive late.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../support/process/wait-until.ts';
import { repository } from '../support/repository.ts';
import { Random } from '../support/screen/screen-streams.ts';
import { type AtEnd, type FarRig, openFarRig } from '../support/ssh/far-rig.ts';
import { type LineProxy, startProxy } from '../support/ssh/proxy.ts';
import { cellsOf } from '../support/terminal/cells.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { Tmux } from '../support/terminal/tmux.ts';
import { SshProcesses } from './ssh-processes.ts';
import { type Typed, typedIn } from './typed.ts';

const NAME = 'ultra:main';
/** As fast as a user types. */
const TYPED_EVERY_MS = 15;
const TYPING_MAX_MS = 400;
const STALL_MS = 30_000;
/** A dead line is noticed within 12 s. */
const NOTICED_LIMIT_MS = 20_000;
const DELAY_MS = 150;
/** On a bad line, and on a machine that others use too. */
const RIGHT_LIMIT_MS = 60_000;

/** What the line does before and after it is cut. Most are just cut. */
const LINES = [
  ...Array<'plain'>(6).fill('plain'),
  ...(['delays', 'delays', 'bytewise'] as const),
] as const;

export interface CutRunOptions {
  readonly seed: number;
  readonly times: number;
  /** How many of them are a stall of 30 s. */
  readonly stalls: number;
  /** The built command; by default that of the tests. */
  readonly bin?: string;
  readonly atEnd: AtEnd;
  readonly progress?: (cut: number) => void;
}

export interface CutRunReport extends Typed {
  readonly seed: number;
  /** How many there were of each kind. */
  readonly cuts: Record<string, number>;
  /** The longest time from a cut until the screen was right, in ms. */
  readonly slowestMs: number;
  /** How many were seen in all. */
  readonly sshProcesses: number;
}

interface Run {
  readonly rig: FarRig;
  readonly proxy: LineProxy;
  readonly terminal: Terminal;
  /** Attached to the same session there. */
  readonly judge: Tmux;
  readonly random: Random;
  readonly processes: SshProcesses;
  /** The program's directory. */
  readonly place: string;
  typedLines: number;
}

/** @throws Error with the seed and the number of the cut, at the first failure */
export async function cutRun(options: CutRunOptions): Promise<CutRunReport> {
  const run = await begin(options);
  const [before] = await run.rig.there.list();
  const cuts: Record<string, number> = {};
  const stallEvery = options.stalls > 0 ? Math.ceil(options.times / options.stalls) : 0;
  let slowestMs = 0;
  for (let cut = 1; cut <= options.times; cut++) {
    const stalls = stallEvery > 0 && cut % stallEvery === Math.ceil(stallEvery / 2) % stallEvery;
    const kind = stalls ? 'stalls' : run.random.pick(LINES);
    cuts[kind] = (cuts[kind] ?? 0) + 1;
    try {
      const ms = await oneCut(run, kind, cut);
      slowestMs = Math.max(slowestMs, Math.round(ms));
      const [now] = await run.rig.there.list();
      if (now?.pid !== before?.pid) throw new Error(`the session is another one: ${now?.pid}`);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(
        `seed ${options.seed}, cut ${cut} (${kind}): ${message}\n${run.terminal.describe()}`,
        { cause: error },
      );
    }
    options.progress?.(cut);
  }
  const typed = typedIn(run.place);
  await leave(run);
  return { seed: options.seed, cuts, slowestMs, sshProcesses: run.processes.seen, ...typed };
}

async function begin({ seed, bin, atEnd }: CutRunOptions): Promise<Run> {
  const flooder = join(repository, 'test/support/process/flooder.mjs');
  const codex = `exec '${process.execPath}' '${flooder}' "$HOME/flood"`;
  const rig = await openFarRig({ far: { codex }, bin }, atEnd);
  const proxy = await startProxy(rig.sshd.port, atEnd);
  const known = rig.sshd.known.replace(`:${rig.sshd.port}`, `:${proxy.port}`);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${known}\n`);
  const place = join(rig.there.env.HOME ?? '', 'flood');
  mkdirSync(place);
  rig.configure(`Host box\n  Port ${proxy.port}\n`);
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', `box/${NAME}`]);
  await terminal.waitFor('flood');
  const judge = Tmux.open({ env: rig.there.env, cwd: rig.there.projectDir }, atEnd);
  rig.there.knowKeys();
  await judge.command(`codex-sessions attach --read-only ${NAME}`);
  await judge.waitFor('flood');
  // By now the program's terminal has its size.
  rmSync(join(place, 'noticed'), { force: true });
  const processes = new SshProcesses(rig, terminal.pid);
  return {
    ...{ rig, proxy, terminal, judge, random: new Random(seed), processes, place },
    typedLines: 0,
  };
}

/** @returns how long it took until the screen was right, in ms */
async function oneCut(run: Run, kind: string, number: number): Promise<number> {
  const { proxy, random, processes } = run;
  proxy.delayMs = kind === 'delays' ? DELAY_MS : 0;
  proxy.bytewise = kind === 'bytewise';
  await type(run, random.int(TYPING_MAX_MS));
  processes.look();
  const begun = performance.now();
  if (kind === 'stalls') await stall(run);
  else if (proxy.cut() === 0) throw new Error('there was no line to cut');
  await type(run, random.int(TYPING_MAX_MS));
  await checkScreen(run, number);
  const ms = performance.now() - begun;
  proxy.delayMs = 0;
  proxy.bytewise = false;
  await processes.checkOneLine();
  return ms;
}

async function type(run: Run, forMs: number): Promise<void> {
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    run.terminal.send(`${Date.now()} line ${++run.typedLines}\r`);
    await sleep(TYPED_EVERY_MS);
  }
}

async function stall(run: Run): Promise<void> {
  const { proxy, terminal } = run;
  const begun = Date.now();
  proxy.stalled = true;
  await type(run, TYPING_MAX_MS);
  await terminal.waitFor('No line to box; trying again', { timeout: NOTICED_LIMIT_MS });
  await sleep(Math.max(0, begun + STALL_MS - Date.now()));
  proxy.stalled = false;
}

/** Makes the program pause, and checks that all show the same. */
async function checkScreen({ rig, terminal, judge, place }: Run, number: number): Promise<void> {
  const hold = join(place, 'hold');
  writeFileSync(hold, String(number));
  const seen = { here: '', peek: '', tmux: '' };
  const { xterm } = terminal.emulator;
  await waitUntil(
    async () => {
      if (!terminal.text().includes(`held ${number}.`)) return false;
      const here = cellsOf(xterm, xterm.rows).join('\n');
      seen.tmux = (await judge.look()).seen.join('\n');
      seen.peek = withoutBlanks(await rig.there.ok(['peek', NAME]));
      seen.here = withoutBlanks(terminal.text());
      if (seen.here !== seen.peek) return false;
      seen.here = here;
      return here === seen.tmux;
    },
    {
      what: 'the screen to be right',
      timeout: RIGHT_LIMIT_MS,
      describe: () => `--- here\n${seen.here}\n--- peek\n${seen.peek}\n--- tmux\n${seen.tmux}`,
    },
  );
  rmSync(hold);
}

/** Trailing blanks are not visible. */
function withoutBlanks(text: string): string {
  return text.replace(/ +$/gm, '').trimEnd();
}

async function leave({ terminal, processes }: Run): Promise<void> {
  terminal.press('ctrl+\\');
  const code = await terminal.waitForExit();
  if (code !== 0) throw new Error(`it ended with ${code}`);
  await processes.checkNoneLeft();
}
