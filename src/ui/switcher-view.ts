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

/** A smaller region has no blank lines and no detail line. */
const AIR_FROM_ROWS = 8;
const DETAIL_FROM_ROWS = 11;
const PROMPT_COLUMNS = 3;
/** A narrower one has no counts. */
const COUNT_FROM_COLUMNS = 31;

/** The number of list rows that fit in a region; also the length of a page. */
export function listHeight(rows: number): number {
  const around = 1 + (rows >= AIR_FROM_ROWS ? 2 : 0) + (rows >= DETAIL_FROM_ROWS ? 1 : 0);
  return Math.max(1, rows - around);
}

/** How many rows the list takes with what is around it, if there is room. */
export function switcherRows(sessions: number): number {
  return Math.max(DETAIL_FROM_ROWS, sessions + 4);
}

/** @param top index of the first list row shown */
export function render(view: View, top: number): readonly string[] {
  const { rows, list, selected } = view;
  const lines = [queryLine(view)];
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
  return lines.slice(0, rows);
}

/** The end of the query, as much of it as is shown. */
function shownQuery(view: View, count: string): string {
  const beside = view.cols >= COUNT_FROM_COLUMNS ? count.length + 2 : 1;
  return endOf(view.query, Math.max(1, view.cols - PROMPT_COLUMNS - beside));
}

/** Column of the cursor, from 1. */
export function queryCursor(view: View): number {
  return Math.min(view.cols, PROMPT_COLUMNS + 1 + textColumns(shownQuery(view, countOf(view))));
}

function countOf({ query, list, sessions, purpose }: View): string {
  const matches = list.filter(({ type }) => type === 'session').length;
  const marked = purpose?.marked.size ?? 0;
  const found = query === '' ? counted(sessions) : `${matches}/${sessions.length}`;
  return marked > 0 ? `${marked} marked, ${found}` : found;
}

function queryLine(view: View): string {
  const { cols, query, color, project, purpose } = view;
  const count = countOf(view);
  const wanted = purpose
    ? 'kill which sessions?'
    : project === ''
      ? 'find a session'
      : `find or start a session in ${project}`;
  const room = Math.max(1, cols - PROMPT_COLUMNS - count.length - 2);
  const placeholder = query === '' && cols > 50 ? paint(safeText(wanted, room), DIM, color) : '';
  const counter =
    cols >= COUNT_FROM_COLUMNS ? at(cols - count.length, paint(count, DIM, color)) : '';
  const prompt = ` ${paint('❯', MARK, color)} `;
  return prompt + (shownQuery(view, count) || placeholder) + counter;
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
      ? `a new session ${row.host === undefined ? `of ${view.project}` : `on ${row.host}`}, with a Codex of its own`
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

/** Counts running sessions, as a list also has ended ones. */
function counted(sessions: readonly SessionInfo[]): string {
  const running = sessions.filter(({ state }) => state === 'running').length;
  const ended = sessions.length - running;
  return `${running} running${ended > 0 ? `, ${ended} ended` : ''}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
