/** `log -n` and `--since`: selects the last part of a conversation. */
import type { TranscriptItem } from '../../codex/transcript-types.ts';
import { usageError } from '../../platform/errors.ts';
import { safeJson } from '../../terminal/safe-text.ts';

export interface PartOptions {
  readonly items: number | undefined;
  readonly since: string | undefined;
}

/** Selects items of a conversation, in the order in which they are read. */
export class Part {
  readonly #sinceMs: number;
  #left: number | undefined;
  /** The time of the last item that has one, as some have none. */
  #timeMs = Number.NEGATIVE_INFINITY;

  /** @param now ms since the epoch @throws UserError (usage) for a time that cannot be read */
  constructor({ items, since }: PartOptions, now: number) {
    this.#sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : parseSince(since, now);
    this.#left = items;
  }

  /** The count applies to the items of the first call; later items are new. */
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
 * Reads `2h`, `10:30` (the most recent), `today`, `yesterday`, `2026-11-29`, `2026-11-29 10:30`,
 * the last also with a time zone.
 * @returns ms since the epoch
 * @throws UserError (usage)
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
  // Without a zone, a date with a time is local time.
  const [, date, time = '00:00'] = DATE.exec(text) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(`${date}T${time}`);
  if (!Number.isNaN(at)) return at;
  throw usageError(
    `--since cannot be ${safeJson(text)}`,
    'Use 90s, 10m, 2h, 3d, 10:30, today, yesterday, 2026-11-29 or "2026-11-29 10:30".',
  );
}
