import { type Arena, ECHO } from '../arena.ts';
import { echoSamples, p50and99 } from '../echo-samples.ts';
import { canReach, DEAD, EQUAL, FarPlace, ONE_SLOW, SLOW, SLOW_COMMAND } from '../far-place.ts';
import { fixed, type Measure, type Numbers, plus, type Values } from '../measure.ts';
import { median } from '../stats.ts';
import type { Command } from '../terminal.ts';

const KEYS = 1_500;
const TIMES = 8;
const LIMIT_MS = 10_000;
/** By then, processes that the previous command has left running have ended. */
const PAUSE_MS = 50;
const [FIRST, LAST] = ['TOP-OF-SCREEN', 'END-OF-SCREEN'];
const SCREEN = ['/bin/sh', '-c', `printf '${FIRST}\\n'; seq 1 18; printf ${LAST}; exec cat`];

type Row = 'p50' | 'p99' | 'attach' | 'peek' | 'one' | 'five' | 'alone' | 'more' | 'dead' | 'again';

const overSshAndNode =
  (more: number) =>
  (values: Values): number | undefined =>
    plus(
      'bare Node',
      more,
    )({
      'bare Node': (values['raw PTY'] ?? Number.NaN) + (values['bare Node'] ?? Number.NaN),
    });

const ms = { unit: 'ms', digits: 1 };

/** Sessions of another machine over warm connections; plain ssh is in the column of the bare PTY. */
export const far: Measure<Row> = {
  name: 'far',
  rounds: 5,
  bareNode: true,
  metrics: {
    p50: {
      title: 'keystroke echo of another machine, p50 (beside it: ssh -tt HOST cat)',
      unit: 'µs',
      goal: ['≤ ssh + 300', plus('raw PTY', 300)],
    },
    p99: { title: 'of that, p99', unit: 'µs' },
    attach: {
      ...ms,
      title: 'attach to another machine: command → whole screen (ssh HOST true)',
      goal: ['≤ ssh + bare Node + 15', overSshAndNode(15)],
    },
    peek: { ...ms, title: 'peek there (ssh HOST true)' },
    one: { ...ms, title: 'ls of one other machine (ssh HOST true)' },
    five: {
      ...ms,
      title: 'ls with 5 other machines, all of them on this one (ssh to one: its ls)',
    },
    alone: {
      ...ms,
      title: 'ls of one that takes 300 ms to begin (ssh to it: its ls)',
    },
    more: {
      ...ms,
      title: 'ls with 5, one of them that one: so much more than that one alone',
      goal: ['≤ 20', fixed(20)],
    },
    dead: {
      ...ms,
      title: 'ls with these and one that never answers, first',
      goal: ['≤ 2,200', fixed(2_200)],
    },
    again: {
      ...ms,
      title: 'and then: so much more than the slow one alone',
      goal: ['≤ 20', fixed(20)],
    },
  },
  suits: canReach,
  async run(arena) {
    const place = await FarPlace.open(arena);
    await place.session('echo', ECHO);
    await place.session('screen', SCREEN);
    return arena.commands ? ours(arena, place) : plainSsh(arena, place);
  },
};

async function ours(arena: Arena, place: FarPlace): Promise<Numbers<Row>> {
  const times = (args: readonly string[], count = TIMES) => timesOf(arena, place.here(args), count);
  const toScreen = () => timeToScreen(arena, place.here(['attach', 'box1/screen']));
  await toScreen();
  const attach = await medianOf(toScreen, TIMES);
  const peek = await times(['peek', 'box1/screen']);
  const one = await times(['ls', 'box1/']);
  const terminal = arena.terminal(place.here(['attach', 'box1/echo']));
  const echo = p50and99(await echoSamples(terminal, KEYS, 0));
  await terminal.close();
  place.know(EQUAL);
  await times(['ls'], 2);
  const five = await times(['ls']);
  place.know(ONE_SLOW);
  await times(['ls'], 2);
  const { alone, more } = await besideSlow(arena, place);
  place.know([...ONE_SLOW, DEAD]);
  place.forgetFailures();
  const dead = await times(['ls'], 1);
  const { more: again } = await besideSlow(arena, place);
  return { ...echo, attach, peek, one, five, alone, more, dead, again };
}

/** Lists all machines and the slow one alone, in turns. */
async function besideSlow(
  arena: Arena,
  place: FarPlace,
): Promise<{ readonly alone: number; readonly more: number }> {
  const [one, all]: [number[], number[]] = [[], []];
  for (let n = 0; n < TIMES; n++) {
    one.push(await timesOf(arena, place.here(['ls', `${SLOW}/`]), 1));
    all.push(await timesOf(arena, place.here(['ls']), 1));
  }
  return { alone: median(one), more: median(all.map((ms, at) => ms - (one[at] ?? Number.NaN))) };
}

async function plainSsh(arena: Arena, place: FarPlace): Promise<Numbers<Row>> {
  await place.connect('box1');
  const nothing = await timesOf(arena, place.ssh('box1', 'true'), TIMES);
  const list = await timesOf(arena, place.ssh('box1', 'codex-sessions ls'), TIMES);
  const program = 'stty raw -echo; printf READY; exec cat';
  const terminal = arena.terminal(place.ssh('box1', program, '-tt'));
  const echo = p50and99(await echoSamples(terminal, KEYS, 0));
  await terminal.close();
  const late = await timesOf(arena, place.ssh('box1', `${SLOW_COMMAND} ls`), TIMES);
  return {
    ...echo,
    ...{ attach: nothing, peek: nothing, one: nothing },
    ...{ five: list, alone: late },
  };
}

function timesOf(arena: Arena, command: Command, count: number): Promise<number> {
  return medianOf(() => arena.time(command), count);
}

async function medianOf(take: () => Promise<number>, count: number): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    taken.push(await take());
  }
  return median(taken);
}

async function timeToScreen(arena: Arena, command: Command): Promise<number> {
  const start = performance.now();
  const terminal = arena.terminal(command);
  const seen = await terminal.sees([FIRST, LAST], LIMIT_MS);
  const ms = performance.now() - start;
  await terminal.close();
  return seen ? ms : Number.NaN;
}
