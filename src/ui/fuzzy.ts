/** Fuzzy search of sessions, with the characters that matched. */
import { go } from 'fuzzysort';
import type { SessionInfo } from '../protocol/messages.ts';
import { shortName } from '../store/names.ts';
import { safeText } from '../terminal/safe-text.ts';
import { titleOf } from './session-text.ts';

/** Scores are 0 to 1. Below this the characters are scattered over the text: not a real match. */
const SHOWN_MIN_SCORE = 0.3;
/** Good enough to act on without showing the list. */
const SURE_MIN_SCORE = 0.5;
/** Users type names; a match only in the title is less likely meant. */
const TITLE_ONLY_PENALTY = 0.2;
const SAME_NAME_BONUS = 1;
/** These decide only between matches of about the same quality. */
const HERE_BONUS = 0.1;
const LIVE_BONUS = 0.05;

export interface Match {
  readonly session: SessionInfo;
  /** `project:name` and title as shown; marks are the indexes of the characters that matched. */
  readonly name: string;
  readonly nameMarks: ReadonlySet<number>;
  readonly title: string;
  readonly titleMarks: ReadonlySet<number>;
  readonly score: number;
}

/** The best match first; for an empty query all sessions in the given order. */
export function search(query: string, sessions: readonly SessionInfo[], hereHash: string): Match[] {
  const rows = sessions.map((session) => ({
    session,
    name: safeText(shortName(session)),
    title: safeText(titleOf(session)),
  }));
  const wanted = query.trim();
  if (wanted === '')
    return rows.map((row) => ({ ...row, nameMarks: NONE, titleMarks: NONE, score: 0 }));
  const found = go(wanted, rows, { keys: ['name', 'title'], threshold: SHOWN_MIN_SCORE, limit: 0 });
  return found
    .map((result) => ({
      ...result.obj,
      nameMarks: new Set(result[0]?.indexes),
      titleMarks: new Set(result[1]?.indexes),
      score: result.score + bonus(result.obj.session, wanted, hereHash, !result[0]?.score),
    }))
    .sort((a, b) => b.score - a.score);
}

const NONE: ReadonlySet<number> = new Set();

function bonus(session: SessionInfo, wanted: string, hereHash: string, titleOnly: boolean): number {
  return (
    (session.name === wanted || shortName(session) === wanted ? SAME_NAME_BONUS : 0) +
    (session.hash === hereHash ? HERE_BONUS : 0) +
    (session.state === 'running' ? LIVE_BONUS : 0) -
    (titleOnly ? TITLE_ONLY_PENALTY : 0)
  );
}

/** The only session that matches, if it matches well. */
export function matchOnly(
  query: string,
  sessions: readonly SessionInfo[],
): SessionInfo | undefined {
  const [first, second] = search(query, sessions, '');
  return first && !second && first.score >= SURE_MIN_SCORE ? first.session : undefined;
}
