/** Renders `watch`: sessions and selection to the lines of a screen, without its foot. */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { endOf } from './cut.ts';
import type { Match } from './fuzzy.ts';
import { columnsFor } from './row-widths.ts';
import { shortStatus } from './status-line.ts';
import { BOLD, DIM, MARK, paint } from './style.ts';
import type { Row, View } from './switcher-model.ts';
import { at, rowLine } from './switcher-row.ts';

export interface DashboardView {
  readonly cols: number;
  readonly rows: number;
  /** Of the filter, in display order. */
  readonly matches: readonly Match[];
  readonly sessions: readonly SessionInfo[];
  /** Shown in place of the table; undefined: the table is shown. */
  readonly filter: string | undefined;
  readonly selected: number;
  readonly hereHash: string;
  readonly project: string;
  readonly home: string | undefined;
  readonly now: number;
  readonly color: boolean;
  /** Whether a supervisor is running. */
  readonly connected: boolean;
}

/** A smaller region has no blank lines. */
const AIR_FROM_ROWS = 8;
const FILTER_MARK = ' / ';
/** The filter's part of the heading. */
const FILTER_PART = 0.5;

/** The number of table rows that fit in a region. */
export function tableHeight(rows: number): number {
  return Math.max(1, rows - 1 - (rows >= AIR_FROM_ROWS ? 2 : 0));
}

/** How many rows the table takes with what is around it, if there is room. */
export function dashboardRows(sessions: number): number {
  return Math.max(AIR_FROM_ROWS, sessions + 3);
}

/** Column of the cursor behind the filter, from 1. */
export function filterCursor(filter: string, cols: number): number {
  return Math.min(cols, FILTER_MARK.length + textColumns(shownFilter(filter, cols)) + 1);
}

function shownFilter(filter: string, cols: number): string {
  return endOf(filter, Math.max(1, Math.floor(cols * FILTER_PART) - FILTER_MARK.length));
}

/** @param top index of the first session shown */
export function renderDashboard(view: DashboardView, top: number): readonly string[] {
  const { rows } = view;
  const height = tableHeight(rows);
  const lines = [heading(view, top, height)];
  if (rows >= AIR_FROM_ROWS) lines.push('');
  lines.push(...tableLines(view, top, height));
  return lines.slice(0, rows);
}

/** Counts of the statuses on the left; on the right the number of sessions, or the range shown. */
function heading(view: DashboardView, top: number, height: number): string {
  const { sessions, matches, filter, cols, color } = view;
  const running = sessions.filter(({ state }) => state === 'running');
  const summary = shortStatus(running) || (running.length > 0 ? 'nobody needs you' : '');
  const shown = filter === undefined ? '' : shownFilter(filter, cols);
  const marked = filter === undefined ? ' ' : `${paint(FILTER_MARK, MARK, color)}${shown}   `;
  const before = filter === undefined ? 1 : FILTER_MARK.length + textColumns(shown) + 3;
  const count = counted(matches.length, sessions.length, top, height);
  const room = Math.max(1, cols - count.length - before - 3);
  const left = marked + paint(safeText(summary, room), BOLD, color);
  return cols > count.length + 12 ? left + at(cols - count.length, paint(count, DIM, color)) : left;
}

function counted(found: number, all: number, top: number, height: number): string {
  if (found > height) return `${top + 1}–${Math.min(found, top + height)} of ${all}`;
  return found === all ? `${all} session${all === 1 ? '' : 's'}` : `${found} of ${all}`;
}

function tableLines(view: DashboardView, top: number, height: number): string[] {
  const { sessions, matches, cols, color } = view;
  if (matches.length === 0)
    return [`    ${paint(safeText(nothing(view), Math.max(1, cols - 4)), DIM, color)}`];
  const list: Row[] = matches.map((match) => ({ type: 'session', match }));
  const row: View = { ...view, query: '', list, sessions, current: undefined };
  // Output causes no event that would update the age, and the state has a time of its own.
  const own = columnsFor(row, false);
  return list
    .slice(top, top + height)
    .map((one, index) => rowLine(one, index + top === view.selected, row, own));
}

function nothing({ sessions, connected }: DashboardView): string {
  if (sessions.length > 0) return 'Nothing matches.';
  return connected ? 'No sessions.' : 'No session runs. This goes on as soon as one is started.';
}
