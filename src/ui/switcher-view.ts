/**
 * What the switcher looks like: from what is known and chosen to the lines of a screen. Columns
 * are set by cursor addresses, not by blanks, so that a character that the terminal takes for
 * wider than we do bends one cell and not the row.
 */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText, textColumns } from '../safe-text.ts';
import type { Match } from './fuzzy.ts';
import { since, stateOf, type Tone, tilde } from './session-text.ts';
import { BOLD, DIM, paint, TONES, UNDERLINE } from './style.ts';

export type Row =
  | { readonly type: 'session'; readonly match: Match }
  | { readonly type: 'start'; readonly name: string };

export interface View {
  readonly cols: number;
  readonly rows: number;
  readonly query: string;
  readonly list: readonly Row[];
  readonly selected: number;
  /** How many sessions there are in all. */
  readonly total: number;
  readonly project: string;
  /** Full name of the session this terminal is in. */
  readonly current: string | undefined;
  readonly home: string | undefined;
  readonly now: number;
  readonly color: boolean;
}

export interface Screen {
  readonly lines: readonly string[];
  /** Of the cursor, from 1. */
  readonly column: number;
}

const MARK = '1;36';
const GLYPHS: Readonly<Record<Tone, string>> = {
  busy: '●',
  needs: '!',
  good: '✓',
  bad: '✗',
  calm: '○',
};
/** Bar, blank, glyph, blank. */
const NAME_COLUMN = 5;
const GAP = 2;
const STATE_MAX_COLUMNS = 26;
const AGE_COLUMNS = 4;
/** Narrower than these, a row goes without its rest, its age, the words of its state. */
const REST_FROM_COLUMNS = 56;
const AGE_FROM_COLUMNS = 40;
const STATE_FROM_COLUMNS = 28;
/** Lower than these, there is no line below the list, no detail, no blank below the query. */
const HINTS_FROM_ROWS = 6;
const AIR_FROM_ROWS = 9;
const DETAIL_FROM_ROWS = 12;

/** How many rows of the list a screen shows; a page is as long. */
export function listHeight(rows: number): number {
  const around =
    1 +
    (rows >= HINTS_FROM_ROWS ? 1 : 0) +
    (rows >= AIR_FROM_ROWS ? 2 : 0) +
    (rows >= DETAIL_FROM_ROWS ? 1 : 0);
  return Math.max(1, rows - around);
}

/** @param top the first row of the list that is shown */
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

function queryLine({ cols, query, list, total, color, project }: View): Screen & { line: string } {
  const matches = list.filter(({ type }) => type === 'session').length;
  const count = query === '' ? `${total}` : `${matches}/${total}`;
  const room = Math.max(1, cols - 3 - (cols > 30 ? count.length + 2 : 1));
  const shown = cutStart(safeQuery(query), room);
  const prompt = ` ${paint('❯', MARK, color)} `;
  const placeholder =
    query === '' && cols > 50
      ? paint(safeText(`find or start a session in ${project}`, room), DIM, color)
      : '';
  const counter = cols > 30 ? at(cols - count.length, paint(count, DIM, color)) : '';
  return {
    lines: [],
    line: prompt + (shown || placeholder) + counter,
    column: Math.min(cols, 4 + textColumns(shown)),
  };
}

/** As typed, so blanks at its ends stay; what would move the cursor does not. */
function safeQuery(query: string): string {
  return query.replace(/^\s+|\s+$/g, '') === query
    ? safeText(query)
    : `${' '.repeat(query.length - query.trimStart().length)}${safeText(query)}${query.trim() === '' ? '' : ' '.repeat(query.length - query.trimEnd().length)}`;
}

function cutStart(text: string, room: number): string {
  const chars = [...text];
  while (chars.length > 0 && textColumns(chars.join('')) > room) chars.shift();
  return chars.join('');
}

interface Widths {
  readonly name: number;
  /** 0: not shown. */
  readonly state: number;
  readonly age: number;
  readonly rest: number;
}

function columnsFor({ cols, list, now }: View): Widths {
  const sessions = list.flatMap((row) => (row.type === 'session' ? [row.match] : []));
  const widest = (texts: readonly string[], least: number) =>
    Math.max(least, ...texts.map(textColumns));
  const room = cols - NAME_COLUMN;
  const state =
    cols < STATE_FROM_COLUMNS
      ? 0
      : Math.min(
          STATE_MAX_COLUMNS,
          Math.floor(cols / 3),
          widest(
            sessions.map(({ session }) => safeText(stateOf(session, now).text)),
            4,
          ),
        );
  const age = cols < AGE_FROM_COLUMNS ? 0 : AGE_COLUMNS;
  const beside = (state && state + GAP) + (age && age + GAP);
  const wanted =
    widest(
      sessions.map(({ name }) => name),
      8,
    ) + 2;
  const most = cols < REST_FROM_COLUMNS ? room - beside : Math.floor((room - beside) * 0.6);
  const name = Math.max(1, Math.min(wanted, most));
  const rest = cols < REST_FROM_COLUMNS ? 0 : Math.max(0, room - beside - name - GAP);
  return { name, state, age, rest };
}

function rowLine(row: Row, isSelected: boolean, view: View, widths: Widths): string {
  const { color } = view;
  const bar = isSelected ? paint('▌', MARK, color) : ' ';
  if (row.type === 'start') {
    const name = safeText(row.name, Math.max(1, view.cols - NAME_COLUMN - 6));
    const where =
      widths.rest > 0
        ? paint(safeText(` in ${view.project}`, 40).replace(/^/, ' '), DIM, color)
        : '';
    return `${bar} ${paint('+', TONES.good, color)} ${isSelected ? paint('start', BOLD, color) : 'start'} ${paint(name, isSelected ? MARK : '36', color)}${where}`;
  }
  const { session } = row.match;
  const { text, tone } = stateOf(session, view.now);
  let column = NAME_COLUMN;
  const parts = [
    `${bar} ${paint(GLYPHS[tone], TONES[tone], color)} ${nameCell(row.match, isSelected, view, widths.name)}`,
  ];
  const put = (width: number, content: string) => {
    parts.push(at(column, content));
    column += width + GAP;
  };
  column += widths.name + GAP;
  if (widths.state) put(widths.state, paint(safeText(text, widths.state), TONES[tone], color));
  if (widths.age)
    put(
      widths.age,
      paint(since(session.lastActivityAt, view.now).padStart(widths.age), DIM, color),
    );
  if (widths.rest > 3) put(widths.rest, restCell(row.match, view, widths.rest));
  return parts.join('');
}

function nameCell(
  { name, nameMarks, session }: Match,
  isSelected: boolean,
  view: View,
  width: number,
): string {
  const isCurrent = session.fullName === view.current;
  const cut = safeText(name, isCurrent && width > 4 ? width - 2 : width);
  const style = isSelected ? BOLD : '';
  return (
    marked(cut, name, nameMarks, style, view.color) +
    (isCurrent && width > 4 ? paint(' *', DIM, view.color) : '')
  );
}

/** The title, or where there is none the directory: both say what the session is for. */
function restCell({ title, titleMarks, session }: Match, view: View, width: number): string {
  if (title !== '') return marked(safeText(title, width), title, titleMarks, '', view.color);
  return paint(safeText(tilde(session.cwd, view.home), width), DIM, view.color);
}

/** `cut` is `text` or the beginning of it and `…`. */
function marked(
  cut: string,
  text: string,
  marks: ReadonlySet<number>,
  style: string,
  color: boolean,
): string {
  const real = cut === text ? cut.length : cut.length - 1;
  let out = '';
  for (let from = 0; from < cut.length; ) {
    const is = from < real && marks.has(from);
    let to = from + 1;
    while (to < cut.length && (to < real && marks.has(to)) === is) to++;
    const run = cut.slice(from, to);
    out += is
      ? color
        ? paint(run, `${style === BOLD ? '1;' : ''}4;36`, true)
        : `\x1b[${UNDERLINE}m${run}\x1b[0m`
      : paint(run, style, color);
    from = to;
  }
  return out;
}

function nothing({ query, cols, color }: View): string[] {
  const text =
    query === '' ? 'No sessions yet.' : 'Nothing matches, and no session can have that name.';
  return [`    ${paint(safeText(text, Math.max(1, cols - 4)), DIM, color)}`];
}

/** More of the chosen session than its row has room for. */
function detail({ list, selected, cols, color, home, now, current, project }: View): string {
  const row = list[selected];
  if (!row) return '';
  const text =
    row.type === 'start'
      ? `a new session of ${project}, with a Codex of its own`
      : detailOf(row.match.session, home, now, current);
  return ` ${paint(safeText(text, Math.max(1, cols - 2)), DIM, color)}`;
}

function detailOf(
  session: SessionInfo,
  home: string | undefined,
  now: number,
  current: string | undefined,
): string {
  const { clients, state, fullName } = session;
  const parts = [tilde(session.cwd, home)];
  if (fullName === current) parts.push('you are here');
  else if (state === 'running')
    parts.push(
      clients === 0
        ? 'nobody attached'
        : clients === 1
          ? '1 terminal attached'
          : `${clients} terminals attached`,
    );
  else parts.push('Enter starts it again');
  parts.push(`started ${since(session.createdAt, now)} ago`);
  const last = session.lastLines.findLast((line) => line.trim() !== '');
  if (state !== 'running' && last) parts.push(last);
  return parts.join(' · ');
}

function hints({ cols, color, list, selected }: View): string {
  const row = list[selected];
  const enter =
    row?.type === 'start' || (row && row.match.session.state !== 'running') ? 'start' : 'attach';
  const pairs: [string, string][] = [
    ['↑↓', 'choose'],
    ['enter', enter],
    ['esc', 'back'],
  ];
  if (cols < 32) pairs.shift();
  const text = pairs
    .map(([key, does]) => `${key} ${paint(does, DIM, color)}`)
    .join(paint('   ', DIM, false));
  return ` ${text}`;
}

function at(column: number, text: string): string {
  return `\x1b[${Math.max(1, column)}G${text}`;
}
