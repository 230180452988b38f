/**
 * Renders the switcher: its model to the lines of a screen. Columns are positioned by cursor
 * addressing, not by spaces, so that a character that is wider in the terminal than by our table
 * displaces one cell and not the row.
 */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { endOf } from './cut.ts';
import { columnsFor } from './row-widths.ts';
import { since, tilde } from './session-text.ts';
import { DIM, MARK, paint } from './style.ts';
import type { View } from './switcher-model.ts';
import { at, rowLine } from './switcher-row.ts';

export interface Screen {
  readonly lines: readonly string[];
  /** Column of the cursor, from 1. */
  readonly column: number;
}

/** A screen with fewer rows has no hints line, no blank lines, no detail line. */
const HINTS_FROM_ROWS = 6;
const AIR_FROM_ROWS = 9;
const DETAIL_FROM_ROWS = 12;

/** The number of list rows that fit on a screen; also the length of a page. */
export function listHeight(rows: number): number {
  const around =
    1 +
    (rows >= HINTS_FROM_ROWS ? 1 : 0) +
    (rows >= AIR_FROM_ROWS ? 2 : 0) +
    (rows >= DETAIL_FROM_ROWS ? 1 : 0);
  return Math.max(1, rows - around);
}

/** @param top index of the first list row shown */
export function render(view: View, top: number): Screen {
  const { rows, list, selected } = view;
  const { line, column } = queryLine(view);
  const lines = [line];
  if (rows >= AIR_FROM_ROWS) lines.push('');
  const height = listHeight(rows);
  const widths = columnsFor(view);
  const shown = list
    .slice(top, top + height)
    .map((row, index) => rowLine(row, index + top === selected, view, widths));
  if (list.length === 0) shown.push(...nothing(view));
  while (shown.length < height) shown.push('');
  lines.push(...shown.slice(0, height));
  if (rows >= AIR_FROM_ROWS) lines.push('');
  if (rows >= DETAIL_FROM_ROWS) lines.push(detail(view));
  if (rows >= HINTS_FROM_ROWS) lines.push(hints(view));
  return { lines: lines.slice(0, rows), column };
}

function queryLine({
  cols,
  query,
  list,
  sessions,
  color,
  project,
  purpose,
}: View): Screen & { line: string } {
  const matches = list.filter(({ type }) => type === 'session').length;
  const marked = purpose?.marked.size ?? 0;
  const found = query === '' ? counted(sessions) : `${matches}/${sessions.length}`;
  const count = marked > 0 ? `${marked} marked, ${found}` : found;
  const room = Math.max(1, cols - 3 - (cols > 30 ? count.length + 2 : 1));
  const shown = endOf(query, room);
  const prompt = ` ${paint('❯', MARK, color)} `;
  const placeholder =
    query === '' && cols > 50
      ? paint(
          safeText(
            purpose ? 'kill which sessions?' : `find or start a session in ${project}`,
            room,
          ),
          DIM,
          color,
        )
      : '';
  const counter = cols > 30 ? at(cols - count.length, paint(count, DIM, color)) : '';
  return {
    lines: [],
    line: prompt + (shown || placeholder) + counter,
    column: Math.min(cols, 4 + textColumns(shown)),
  };
}

function nothing({ query, cols, color, purpose }: View): string[] {
  const text =
    query === ''
      ? 'No sessions yet.'
      : `Nothing matches${purpose ? '' : ', and no session can have that name'}.`;
  return [`    ${paint(safeText(text, Math.max(1, cols - 4)), DIM, color)}`];
}

/** Details of the selected session for which its row has no room. */
function detail(view: View): string {
  const row = view.list[view.selected];
  if (!row) return '';
  const text =
    row.type === 'start'
      ? `a new session of ${view.project}, with a Codex of its own`
      : detailOf(row.match.session, view);
  return ` ${paint(safeText(text, Math.max(1, view.cols - 2)), DIM, view.color)}`;
}

function detailOf(session: SessionInfo, { home, now, current, purpose }: View): string {
  const where = tilde(session.cwd, home);
  if (session.state !== 'running') {
    const last = session.lastLines.findLast((line) => line.trim() !== '');
    const does = purpose ? 'has ended: off the list with it' : 'Enter starts it again';
    return [where, does, ...(last ? [last] : [])].join(' · ');
  }
  const { clients, fullName } = session;
  const who =
    fullName === current
      ? 'you are here'
      : clients === 0
        ? 'nobody attached'
        : `${plural(clients, 'terminal')} attached`;
  const says = session.statusMessage ? [session.statusMessage] : [];
  return [...says, where, who, `running for ${since(session.createdAt, now)}`].join(' · ');
}

function hints(view: View): string {
  const { cols, color, purpose } = view;
  const pairs: [string, string][] = [
    ['↑↓', 'choose'],
    ...(purpose
      ? killHints(view, purpose.marked)
      : [['enter', enterDoes(view)] as [string, string]]),
    ['esc', purpose ? 'leave' : 'back'],
  ];
  while (pairs.length > 1 && hintColumns(pairs) > cols) pairs.shift();
  const text = pairs
    .map(([key, does]) => `${key} ${paint(does, DIM, color)}`)
    .join(paint('   ', DIM, false));
  return ` ${text}`;
}

function hintColumns(pairs: readonly (readonly [string, string])[]): number {
  return pairs.reduce((sum, [key, does]) => sum + textColumns(`${key} ${does}`) + 3, -2);
}

function enterDoes({ list, selected }: View): string {
  const row = list[selected];
  return row?.type === 'start' || (row && row.match.session.state !== 'running')
    ? 'start'
    : 'attach';
}

/** Enter is told where it has an effect. */
function killHints(
  { query, list, selected }: View,
  marked: ReadonlySet<string>,
): [string, string][] {
  const row = list[selected];
  const one = query !== '' && row?.type === 'session' ? safeText(row.match.name, 30) : '';
  const targets = marked.size > 0 ? plural(marked.size, 'session') : one;
  const enter: [string, string][] = targets === '' ? [] : [['enter', `kill ${targets}`]];
  return [['space', 'mark'], ...enter];
}

/** By what runs, as a list has also what has ended. */
function counted(sessions: readonly SessionInfo[]): string {
  const running = sessions.filter(({ state }) => state === 'running').length;
  const ended = sessions.length - running;
  return `${running} running${ended > 0 ? `, ${ended} ended` : ''}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
