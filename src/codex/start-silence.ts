/**
 * Interprets a Codex that reports nothing after its start. While one of its questions before a
 * conversation is shown (trust, login, an update, hooks to review) all versions are silent, even in
 * the title; then only a person can make it go on. Which question it is cannot be told from Codex's
 * configuration: 0.144, 0.154, 0.163 and 0.171 differ on parents of a trusted directory,
 * directories outside of repositories, `trust_level = "untrusted"`, and a configured sandbox.
 */
import { cpuTimeOf } from '../platform/cpu-time.ts';
import { subcommandOf } from './args.ts';
import { TITLE_ARGS } from './title.ts';

/**
 * Longer silence is not a start. Codex 0.120 took 8 s without answers to its queries, 0.169 took 3
 * s under load; what lasts longer is a question before the session (trust, login).
 */
export const STARTING_MAX_MS = 30_000;
/**
 * A Codex that has drawn and then shows nothing new for this long asks something. From the first
 * text to the first title, 0.171 and 0.144 need 0.6 to 1.3 s.
 */
export const START_REST_MS = 5_000;
/**
 * On a slow machine it must be idle for this many times as long as it took to show its first text:
 * beside 16 busy processes on two cores, 0.171 drew after 1 s and set its title 2.5 s later.
 */
const SLOW_FACTOR = 10;

/** Over this time, the CPU use of a program is measured. */
export const WORK_SAMPLE_MS = 1_000;
/**
 * A program that uses more of a processor than this is working. 0.171 reads a conversation of 150
 * MB for 35 s, using a whole processor; at a question 0.171 uses 0.5 %, 0.154 with its animation 3
 * %.
 */
const WORK_SHARE = 0.2;

/** The first version known to report by OSC 7501; 0.154 does not. */
const REPORTS_FROM = [0, 163] as const;
/** Subcommands that open a conversation, as running Codex without a subcommand does. */
const CONVERSATIONS: readonly (string | undefined)[] = [undefined, 'resume', 'fork'];

/** When the program has shown text, in ms since the epoch. */
export interface Shown {
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * Whether this program, once it takes prompts, reports that or sets the title that we ask for.
 * False for everything that is not known to be Codex.
 */
export function reportsItsStart(
  version: string | undefined,
  args: readonly string[] | undefined,
): boolean {
  if (version === undefined || args === undefined) return false;
  if (!CONVERSATIONS.includes(subcommandOf(args))) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const reports = major > REPORTS_FROM[0] || minor >= REPORTS_FROM[1];
  return reports || TITLE_ARGS.every((arg) => args.includes(arg));
}

/**
 * What the silence since the start means `now`: that the program asks something, or nothing; or in
 * how many ms to check again. `reports`: see {@link reportsItsStart}.
 */
export function silenceTells(
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
  reports: boolean,
  shown: Shown | undefined,
): 'question' | 'nothing' | number {
  const limit = startedAt + STARTING_MAX_MS;
  if (!reports) return now < limit ? limit - now : 'nothing';
  // It may draw at the next moment.
  if (!shown) return now < limit ? Math.min(limit - now, START_REST_MS) : 'nothing';
  const rest = Math.max(START_REST_MS, SLOW_FACTOR * (shown.firstAt - startedAt));
  const due = Math.min(shown.lastAt + rest, limit);
  return now < due ? due - now : 'question';
}

/** Whether a silent program is working. */
export class SilentWork {
  readonly #pid: number;
  #last: { readonly at: number; readonly cpu: number } | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /**
   * Undefined: ask again after {@link WORK_SAMPLE_MS}. Also false if it cannot be known (macOS).
   * `now` in ms since the epoch.
   */
  look(now: number): boolean | undefined {
    const cpu = cpuTimeOf(this.#pid);
    if (cpu === undefined) return false;
    const last = this.#last;
    if (last && now - last.at < WORK_SAMPLE_MS) return undefined;
    this.#last = { at: now, cpu };
    return last && cpu - last.cpu > WORK_SHARE * (now - last.at);
  }
}
