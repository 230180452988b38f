/** Renders `watch`: sessions and selection to the lines of a screen. */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { search } from './fuzzy.ts';
import { columnsFor } from './row-widths.ts';
import { shortStatus } from './status-line.ts';
import { BOLD, DIM, paint } from './style.ts';
import type { Row, View } from './switcher-model.ts';
import { at, rowLine } from './switcher-row.ts';

export interface DashboardView {
  readonly cols: number;
  readonly rows: number;
  /** In display order. */
  readonly sessions: readonly SessionInfo[];
  readonly selected: number;
  readonly hereHash: string;
  readonly project: string;
  readonly home: string | undefined;
  readonly now: number;
  readonly color: boolean;
  /** Shown below the table. */
  readonly note: string;
  /** Whether a supervisor is running. */
  readonly connected: boolean;
}

/** A screen with fewer rows has no hints line, or no blank lines. */
const HINTS_FROM_ROWS = 4;
const AIR_FROM_ROWS = 9;
const HINTS: readonly (readonly [string, string])[] = [
  ['↑↓', 'choose'],
  ['enter', 'attach'],
  ['q', 'leave'],
];

/** The number of table rows that fit on a screen. */
export function tableHeight(rows: number): number {
  const around = 1 + (rows >= HINTS_FROM_ROWS ? 1 : 0) + (rows >= AIR_FROM_ROWS ? 2 : 0);
  return Math.max(1, rows - around);
}

/** @param top index of the first session shown */
export function renderDashboard(view: DashboardView, top: number): readonly string[] {
  const { rows } = view;
  const height = tableHeight(rows);
  const lines = [heading(view, top, height)];
  if (rows >= AIR_FROM_ROWS) lines.push('');
  const table = tableLines(view, top, height);
  while (table.length < height) table.push('');
  lines.push(...table);
  if (rows >= AIR_FROM_ROWS) lines.push('');
  if (rows >= HINTS_FROM_ROWS) lines.push(footer(view));
  return lines.slice(0, rows);
}

/** Counts of the statuses on the left; on the right the number of sessions, or the range shown. */
function heading(view: DashboardView, top: number, height: number): string {
  const { sessions, cols, color } = view;
  const running = sessions.filter(({ state }) => state === 'running');
  const summary = shortStatus(running) || (running.length > 0 ? 'nobody needs you' : '');
  const total = sessions.length;
  const count =
    total > height
      ? `${top + 1}–${Math.min(total, top + height)} of ${total}`
      : `${total} session${total === 1 ? '' : 's'}`;
  const room = Math.max(1, cols - count.length - 4);
  const left = ` ${paint(safeText(summary, room), BOLD, color)}`;
  return cols > count.length + 12 ? left + at(cols - count.length, paint(count, DIM, color)) : left;
}

function tableLines(view: DashboardView, top: number, height: number): string[] {
  const { sessions, cols, color, connected } = view;
  if (sessions.length === 0) {
    const text = connected
      ? 'No sessions.'
      : 'No session runs. This goes on as soon as one is started.';
    return [`    ${paint(safeText(text, Math.max(1, cols - 4)), DIM, color)}`];
  }
  const matches = search('', sessions, view.hereHash);
  const list: Row[] = matches.map((match) => ({ type: 'session', match }));
  const row: View = { ...view, query: '', list, sessions, current: undefined };
  // Output causes no event that would update the age, and the state has its own time.
  const own = columnsFor(row, false);
  return list
    .slice(top, top + height)
    .map((one, index) => rowLine(one, index + top === view.selected, row, own));
}

function footer({ cols, color, note }: DashboardView): string {
  const room = Math.max(1, cols - 2);
  const hints = HINTS.map(([key, does]) => `${key} ${does}`).join('   ');
  const painted = HINTS.map(([key, does]) => `${key} ${paint(does, DIM, color)}`).join('   ');
  const left = textColumns(hints) <= room ? painted : safeText(hints, room);
  const rest = room - textColumns(hints) - 3;
  if (note === '') return ` ${left}`;
  return textColumns(note) <= rest
    ? ` ${left}   ${safeText(note, rest)}`
    : ` ${safeText(note, room)}`;
}
