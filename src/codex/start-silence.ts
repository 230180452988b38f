/**
 * What it means that a Codex says nothing after its start. While one of its questions before a
 * conversation is up (trust, login, an update, hooks to review) all versions are silent,
 * title included; then nobody but a person can move it on. Which question it is cannot be told from
 * Codex's configuration: 0.144, 0.154, 0.163 and 0.171 differ on parents of a trusted directory,
 * directories outside of repositories, `trust_level = "untrusted"`, and a sandbox that is set.
 */
import { cpuTimeOf } from '../platform/cpu-time.ts';
import { subcommandOf } from './args.ts';
import { TITLE_ARGS } from './title.ts';

/**
 * Longer silence is not a start. Codex 0.120 without answers to its queries took 8 s, 0.169 under load
 * 3 s; what lasts longer is a question before the session (trust, login).
 */
export const STARTING_MAX_MS = 30_000;
/**
 * A Codex that has drawn and then shows nothing new for this long asks something. From its first text
 * to its first title 0.171 and 0.144 need 0.6 to 1.3 s.
 */
export const START_REST_MS = 5_000;
/**
 * On a slow machine it must rest this many times as long as it needed for its first text: beside 16
 * busy processes on two cores 0.171 drew after 1 s, and set its title 2.5 s later.
 */
const SLOW_FACTOR = 10;

/** For how long it is watched whether a program works. */
export const WORK_SAMPLE_MS = 1_000;
/**
 * A program that uses more of a processor than this works. 0.171 reads a conversation of 150 MB for
 * 35 s, all the time on one processor; at a question 0.171 uses 0.5 %, 0.154 with its animation 3 %.
 */
const WORK_SHARE = 0.2;

/** The first version that was seen to report by OSC 7501; 0.154 does not. */
const REPORTS_FROM = [0, 163] as const;
/** Subcommands that open a conversation, as no subcommand does. */
const CONVERSATIONS: readonly (string | undefined)[] = [undefined, 'resume', 'fork'];

/** When a program has shown text, in ms since the epoch. */
export interface Shown {
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * Whether this program, once it takes prompts, reports that or sets the title that we ask for. False
 * for all that is not known to be Codex.
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
 * What the silence since the start tells `now`: that the program asks something, or nothing at all; or
 * in how many ms to look again. `reports`: see {@link reportsItsStart}.
 */
export function silenceTells(
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
  reports: boolean,
  shown: Shown | undefined,
): 'question' | 'nothing' | number {
  const limit = startedAt + STARTING_MAX_MS;
  if (!reports) return now < limit ? limit - now : 'nothing';
  // It may draw in the next moment.
  if (!shown) return now < limit ? Math.min(limit - now, START_REST_MS) : 'nothing';
  const rest = Math.max(START_REST_MS, SLOW_FACTOR * (shown.firstAt - startedAt));
  const due = Math.min(shown.lastAt + rest, limit);
  return now < due ? due - now : 'question';
}

/** Whether a silent program works. */
export class SilentWork {
  readonly #pid: number;
  #last: { readonly at: number; readonly cpu: number } | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /**
   * Undefined: ask again in {@link WORK_SAMPLE_MS}. False also where it cannot be known (macOS).
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
