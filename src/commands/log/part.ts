/** `log -n` and `--since`: the last part of a conversation. */
import type { TranscriptItem } from '../../codex/transcript-types.ts';
import { usageError } from '../../platform/errors.ts';
import { safeJson } from '../../terminal/safe-text.ts';

export interface PartOptions {
  readonly items: number | undefined;
  readonly since: string | undefined;
}

/** Picks from a conversation, in the order in which it is read. */
export class Part {
  readonly #sinceMs: number;
  #left: number | undefined;
  /** Of the last item that has one, as some have none. */
  #timeMs = Number.NEGATIVE_INFINITY;

  /** @param now ms since the epoch @throws UserError (usage) for a time that cannot be read */
  constructor({ items, since }: PartOptions, now: number) {
    this.#sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : parseSince(since, now);
    this.#left = items;
  }

  /** The count is of the first call's items: what follows is new. */
  of(items: readonly TranscriptItem[]): readonly TranscriptItem[] {
    const recent = items.filter((item) => this.#isRecent(item));
    const count = this.#left;
    this.#left = undefined;
    return count === undefined ? recent : recent.slice(Math.max(0, recent.length - count));
  }

  #isRecent({ time }: TranscriptItem): boolean {
    const at = Date.parse(time);
    if (!Number.isNaN(at)) this.#timeMs = at;
    return this.#timeMs >= this.#sinceMs;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGO = /^(\d{1,6})([smhdw])$/;
const TIME = /^\d\d?:\d\d(?::\d\d)?$/;
const DATE = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?))?$/;

/**
 * `2h`, `10:30` (the last one), `today`, `yesterday`, `2026-11-29`, `2026-11-29 10:30`, or with a time zone.
 * @returns ms since the epoch @throws UserError (usage)
 */
export function parseSince(text: string, now: number): number {
  const [, count, unit = ''] = AGO.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  if (text === 'yesterday') day.setDate(day.getDate() - 1);
  if (text === 'today' || text === 'yesterday') return day.getTime();
  if (TIME.test(text)) {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    if (hours < 24 && minutes < 60 && seconds < 60) {
      if (day.setHours(hours, minutes, seconds) > now) day.setDate(day.getDate() - 1);
      return day.getTime();
    }
  }
  // Without a zone it is local time, if there is a time.
  const [, date, time = '00:00'] = DATE.exec(text) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(`${date}T${time}`);
  if (!Number.isNaN(at)) return at;
  throw usageError(
    `--since cannot be ${safeJson(text)}`,
    'Use 90s, 10m, 2h, 3d, 10:30, today, yesterday, 2026-11-29 or "2026-11-29 10:30".',
  );
}
