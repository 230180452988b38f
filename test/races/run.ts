/**
 * A seeded run: answers, and what may come between a question and its answer, at random moments. Each key of an
 * answer must have reached the question that was read, and each outcome must be true.
 */
import { performance } from 'node:perf_hooks';
import { SupervisorLink } from '../../src/client/index.ts';
import { statePaths } from '../../src/store/paths.ts';
import { Asker } from '../support/rig/asker.ts';
import { Random } from '../support/screen/screen-streams.ts';
import { logTail } from '../support/terminal/show.ts';
import { emptyTally, type Place, type Tally, tryRace } from './race.ts';

/** At once: they share the supervisor, and its deaths. */
const SESSIONS = 3;
/** A race takes some seconds where an answer is not taken. */
const RACE_MAX_MS = 60_000;

export interface RaceRunOptions {
  readonly seed: number;
  readonly times: number;
  /** The built command. */
  readonly bin: string;
  readonly progress?: (race: number) => void;
}

export interface RaceRunReport extends Tally {
  readonly seed: number;
  races: number;
}

/** @throws Error with seed, race, its story and the supervisor's log at the first finding. */
export async function raceRun(options: RaceRunOptions): Promise<RaceRunReport> {
  const asker = new Asker({ bin: options.bin, env: { CODEX_SESSIONS_SOON_MS: '0' } });
  const report: RaceRunReport = { seed: options.seed, races: 0, ...emptyTally() };
  const random = new Random(options.seed);
  const places: Place[] = [];
  try {
    for (let session = 0; session < SESSIONS; session++)
      places.push(await openPlace(asker, `s${session}`));
    const next = () => (report.races < options.times ? ++report.races : undefined);
    await Promise.all(
      places.map(async (place) => {
        for (let race = next(); race !== undefined; race = next()) {
          await oneRace(asker, place, new Random(random.int(2 ** 31)), report, race);
          options.progress?.(race);
        }
      }),
    );
    return report;
  } finally {
    for (const { link } of places) link.close();
    await asker.close();
  }
}

async function openPlace(asker: Asker, name: string): Promise<Place> {
  const { rig } = asker;
  const fullName = await asker.start(name);
  const terminal = rig.open(['attach', name]);
  await terminal.waitFor('Working');
  const link = new SupervisorLink(statePaths(rig.env));
  return { asker, name, fullName, terminal, link, typed: 0 };
}

async function oneRace(
  asker: Asker,
  place: Place,
  random: Random,
  report: RaceRunReport,
  race: number,
): Promise<void> {
  const story: string[] = [];
  const begun = performance.now();
  const say = (line: string) =>
    story.push(`${(performance.now() - begun).toFixed(1).padStart(7)} ms  ${line}`);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not end')), RACE_MAX_MS);
  });
  try {
    await Promise.race([tryRace(place, random, { say, tally: report, id: `race-${race}` }), limit]);
  } catch (error) {
    const { message } = error as Error;
    const keys = asker.keys(place.name).slice(-8);
    throw new Error(
      `seed ${report.seed}, race ${race}: ${message}\n${story.join('\n')}\n--- last keys\n${keys.map((key) => JSON.stringify(key)).join('\n')}${logTail(asker.rig.stateDir)}`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}
