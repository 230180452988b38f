/**
 * `restore`: starts all sessions again that ended with the supervisor or the machine, or by a
 * signal from elsewhere, or by the last kill, each with its own name and conversation.
 */
import {
  isLost,
  planStart,
  RESTORE_WAIT_MS,
  requestStart,
  SupervisorLink,
  scanSessions,
  withColors,
} from '../client/index.ts';
import { EXIT, messageOf, UserError, usageError } from '../platform/errors.ts';
import { loadConfig } from '../store/config.ts';
import { lastKilled } from '../store/last-kill.ts';
import { statePaths } from '../store/paths.ts';
import { endedAtMs, type SessionRecord } from '../store/record.ts';
import { advised } from '../terminal/advice.ts';
import { print, say } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { displayName, here as projectHere, sayUnknown } from './shared/context.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';

interface Options {
  readonly here: boolean;
  readonly killed: boolean;
  readonly jobs: number | undefined;
  readonly there: boolean;
}

/** Concurrent starts: each takes a core for half a second, and some 170 MB as long as it runs. */
const JOBS = 4;

export async function run(options: Options): Promise<number> {
  const jobs = options.jobs ?? JOBS;
  if (jobs < 1) throw usageError('--jobs must be at least 1', 'It is how many start at a time.');
  const paths = statePaths();
  const { hash } = projectHere();
  using link = new SupervisorLink(paths);
  const { ended, unknown } = await scanSessions(link);
  sayUnknown(unknown);
  const killed = options.killed ? lastKilled(paths) : [];
  const isWanted = (record: SessionRecord) =>
    options.killed
      ? record.end?.by === 'killed' && killed.includes(record.fullName)
      : isLost(record);
  const lost = ended
    .filter((record) => isWanted(record) && (!options.here || record.hash === hash))
    .sort((a, b) => endedAtMs(paths.records, b) - endedAtMs(paths.records, a));
  if (lost.length === 0) {
    say(
      options.killed
        ? 'Nothing that was killed last is gone now: there is nothing to restore.'
        : 'Nothing was running that does not run now: there is nothing to restore.',
    );
    return EXIT.ok;
  }
  await agreeOnWorld(link, 'them', options.there);
  const failed = await withColors(sayLost, (question) => restoreAll(link, lost, jobs, question));
  await sayLacks(link);
  return failed > 0 ? EXIT.failure : EXIT.ok;
}

/** @returns how many failed */
async function restoreAll(
  link: SupervisorLink,
  lost: readonly SessionRecord[],
  jobs: number,
  question: Question,
): Promise<number> {
  const restorer = new Restorer(link, question);
  const queue = [...lost];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await restorer.restore(next);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, lost.length) }, work));
  return restorer.failed;
}

type Question = Parameters<typeof requestStart>[3];

class Restorer {
  failed = 0;
  readonly #link: SupervisorLink;
  /** Conversations restored so far, and the name of the session that has each. */
  readonly #taken = new Map<string, string>();
  readonly #question: Question;

  constructor(link: SupervisorLink, question: Question) {
    this.#question = question;
    this.#link = link;
  }

  async restore(record: SessionRecord): Promise<void> {
    const name = displayName(record);
    try {
      print(`${name}  ${advised(withoutName(await this.#bringBack(record), name))}`);
    } catch (error) {
      this.failed += 1;
      const hint = error instanceof UserError && error.hint ? `\n  ${safeText(error.hint)}` : '';
      say(`${name}  not restored: ${safeText(withoutName(messageOf(error), name))}${hint}`);
    }
  }

  /** @returns the outcome, for its line */
  async #bringBack(record: SessionRecord): Promise<string> {
    const { conversation } = record;
    const other = conversation && this.#taken.get(conversation);
    if (other) throw new UserError(`its conversation is that of ${other}`);
    if (conversation) this.#taken.set(conversation, displayName(record));
    const project = { root: record.root, name: record.project, hash: record.hash };
    const plan = await planStart({
      project,
      name: record.name,
      cwd: record.cwd,
      userArgs: [],
      asItRan: true,
      config: await loadConfig(process.env, project),
      paths: this.#link.paths,
      live: await this.#link.liveSessions(),
    });
    const { created } = await requestStart(this.#link, plan, RESTORE_WAIT_MS, this.#question);
    if (!created) return 'runs already';
    return plan.outcome === 'resumed' ? 'resumed' : (plan.said ?? 'started');
  }
}

/** Strips the session's name, as the line begins with it. */
function withoutName(text: string, name: string): string {
  return text.startsWith(`${name} `) ? text.slice(name.length + 1) : text;
}
