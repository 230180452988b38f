/** Which sessions `watch` shows, in which order, and which one is selected. */
import type { SessionInfo } from '../protocol/messages.ts';
import { type Match, search } from './fuzzy.ts';
import { machinePlaces, urgency } from './list.ts';
import { Query } from './query.ts';
import { isSame } from './same-session.ts';
import { type Move, READING_MS } from './selection.ts';
import { needOf } from './status-line.ts';

/**
 * Machine by machine: this project's sessions first, then those that need the user, the longest waiting first; the
 * rest by name, so that no row moves without a reason.
 */
export function sortForDashboard(
  sessions: readonly SessionInfo[],
  hereHash: string,
): SessionInfo[] {
  const waited = (s: SessionInfo) =>
    ['blocked', 'error', 'done'].includes(needOf(s) ?? '')
      ? Date.parse(s.statusSince ?? '') || 0
      : 0;
  const name = ({ project, root, name: own }: SessionInfo) => `${project}\0${root}\0${own}`;
  const place = machinePlaces(sessions);
  return [...sessions].sort(
    (a, b) =>
      place(a) - place(b) ||
      Number(b.hash === hereHash) - Number(a.hash === hereHash) ||
      urgency(a) - urgency(b) ||
      waited(a) - waited(b) ||
      (name(a) < name(b) ? -1 : 1),
  );
}

export class DashboardChoice {
  readonly filter = new Query();
  matches: readonly Match[] = [];
  readonly #hereHash: string;
  /** The session that the user selected; if none, the most urgent one is selected. */
  #chosen: SessionInfo | undefined;
  /**
   * The selected session as it was shown, and when the selection moved to another one without a
   * key.
   */
  #shown: SessionInfo | undefined;
  #movedAt = Number.NEGATIVE_INFINITY;

  constructor(hereHash: string) {
    this.#hereHash = hereHash;
  }

  /** Those that the filter lets through, each at its place. */
  find(sessions: readonly SessionInfo[]): void {
    const sorted = sortForDashboard(sessions, this.#hereHash);
    const found = new Map(
      search(this.filter.text, sorted, this.#hereHash).map((match) => [match.session, match]),
    );
    this.matches = sorted.flatMap((session) => found.get(session) ?? []);
  }

  /** To be called with each frame, and after each key (`byKey`). */
  shown(now: number, byKey = false): void {
    const before = this.#shown;
    this.#shown = this.session;
    const isOther = before && this.#shown && !isSame(before, this.#shown);
    if (isOther && !byKey) this.#movedAt = now;
  }

  /** A user who presses a key now may not have seen which session is selected. */
  hasJustMoved(now: number): boolean {
    return now - this.#movedAt < READING_MS;
  }

  get index(): number {
    const sessions = this.matches.map(({ session }) => session);
    const chosen = this.#chosen;
    const at = chosen ? sessions.findIndex((session) => isSame(session, chosen)) : -1;
    if (at >= 0) return at;
    const needs = sessions.map(urgency);
    return Math.max(0, needs.indexOf(Math.min(...needs)));
  }

  get session(): SessionInfo | undefined {
    return this.matches[this.index]?.session;
  }

  /** @param page the number of rows of a page */
  move(action: Move, page: number): void {
    const last = Math.max(0, this.matches.length - 1);
    const step = { up: -1, down: 1, 'page-up': -page, 'page-down': page, first: -last, last };
    const at = Math.min(last, Math.max(0, this.index + step[action]));
    this.#chosen = this.matches[at]?.session;
  }
}
