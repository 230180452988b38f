/** Whoever follows sessions goes on when the supervisor dies, and is told where changes may be missing. */
import { expect, test } from 'vitest';
import { Background } from '../../support/rig/background.ts';
import { createReporter } from '../../support/rig/reporter.ts';
import { dies, MANY_DEATHS } from '../../support/rig/successor.ts';

interface Told {
  event: string;
  at: string | null;
  seq: number | null;
  sessions?: number;
  session: { name: string; status: string | null; state: string } | null;
}

test('events over five deaths: each is told, what follows is what is, numbers only grow', async () => {
  const reporter = createReporter({ env: MANY_DEATHS });
  const { rig } = reporter;
  for (const name of ['one', 'two']) await reporter.start(name);
  const all = new Background(rig, ['events', '--json', '--snapshot']);
  const one = new Background(rig, ['events', 'one', '--json', '--snapshot']);
  const text = new Background(rig, ['events']);
  for (const events of [all, one])
    await events.until(() => events.lines().length > 0, 'the subscription');
  const last = (name: string) =>
    all.json<Told>().findLast(({ session }) => session?.name === name)?.session?.status;
  const gaps = (of: Background) => of.json<Told>().filter(({ event }) => event === 'gap');
  for (let death = 1; death <= 5; death++) {
    await reporter.report('one', 'state=working');
    await all.until(() => last('one') === 'working', 'the turn to begin');
    await dies(rig);
    for (const events of [all, one])
      await events.until(() => gaps(events).length === death, `gap ${death}`);
    await reporter.report('one', 'state=idle');
    await all.until(() => last('one') === 'done', 'the turn to end');
    await reporter.start(`new${death}`);
  }
  await reporter.report('one', 'exit 0');
  expect(await one.exited).toBe(0);
  await all.until(() => all.json<Told>().at(-1)?.event === 'exited', 'the end');

  for (const events of [all, one]) {
    const told = events.json<Told>();
    const seqs = told.flatMap(({ seq }) => (seq === null ? [] : [seq]));
    expect(seqs, 'only growing').toEqual([...new Set(seqs)].sort((a, b) => a - b));
    for (const [index, { event, sessions = 0 }] of told.entries()) {
      if (event !== 'gap') continue;
      const after = told.slice(index + 1, index + 1 + sessions);
      expect(new Set(after.map((line) => line.event))).toEqual(new Set(['snapshot']));
      expect(after.map((line) => line.seq)).toEqual(after.map(() => null));
      expect(told[index + 1 + sessions]?.seq).not.toBeNull();
    }
  }
  expect(gaps(all).map(({ sessions }) => sessions)).toEqual([2, 3, 4, 5, 6]);
  expect(gaps(one).map(({ sessions }) => sessions)).toEqual([1, 1, 1, 1, 1]);
  // It rested all the time: that is known, or it is not.
  const statuses = all
    .json<Told>()
    .flatMap(({ session }) => (session?.name === 'two' ? session.status : []));
  expect(statuses.filter((status) => status !== 'idle' && status !== 'unknown')).toEqual([]);
  const lines = text.lines().map((line) => line.replace(/^\S+ /, ''));
  expect(lines.filter((line) => line.startsWith('- gap '))).toHaveLength(5);
  expect(lines.filter((line) => /^ultra:two (?!snapshot unknown)/.test(line))).toEqual([]);
  await all.end();
  await text.end();
});
