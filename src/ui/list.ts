/** `ls`: the sessions in columns, fitted to the terminal. */

import type { SessionInfo } from '../protocol/messages.ts';
import { machineOf } from '../store/host-names.ts';
import { shortName } from '../store/names.ts';
import { explainingLines } from '../terminal/explaining-lines.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { cutMiddle, cutPaths } from './cut.ts';
import { contextOf, needTextOf, since, stateOf, tilde, titleOf } from './session-text.ts';
import { needOf } from './status-line.ts';
import { BOLD, DIM, paint, TONES } from './style.ts';

export interface ListOptions {
  /**
   * The terminal's columns; undefined if it is not a terminal: then nothing is cut, and what is
   * only for people is left out.
   */
  readonly width: number | undefined;
  readonly color: boolean;
  /** With a column of full names; nothing is cut. */
  readonly full: boolean;
  /** With topic and context left, even if others need that room. */
  readonly wide: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly home: string | undefined;
  /** Full name of the session that one is in, which is marked. */
  readonly current?: string | undefined;
}

/**
 * The position of a session's machine in a list: this machine comes first, the others follow in the order
 * of `sessions`.
 */
export function machinePlaces(sessions: readonly SessionInfo[]): (session: SessionInfo) => number {
  const machines = new Set([undefined, ...sessions.map(({ fullName }) => machineOf(fullName))]);
  const places = new Map([...machines].map((machine, place) => [machine, place]));
  return ({ fullName }) => places.get(machineOf(fullName)) ?? places.size;
}

/** By machine; this project's first, then the most urgent, then by project, the most recently active first. */
export function sortSessions<S extends SessionInfo>(sessions: readonly S[], hereHash: string): S[] {
  const place = machinePlaces(sessions);
  return [...sessions].sort(
    (a, b) =>
      place(a) - place(b) ||
      Number(b.hash === hereHash) - Number(a.hash === hereHash) ||
      urgency(a) - urgency(b) ||
      compare(a.project, b.project) ||
      compare(a.root, b.root) ||
      (Date.parse(b.lastActivityAt) || 0) - (Date.parse(a.lastActivityAt) || 0) ||
      compare(a.name, b.name),
  );
}

/** Sessions that wait for the user come first, ended ones last, other statuses in between. */
const NEEDS: readonly (string | null)[] = ['blocked', 'error', 'done', 'working'];

/** The urgency of a session; the lowest number comes first. */
export function urgency(session: SessionInfo): number {
  if (session.state !== 'running') return NEEDS.length + 1;
  const at = NEEDS.indexOf(needOf(session));
  return at < 0 ? NEEDS.length : at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Cell {
  readonly text: string;
  readonly style: string;
}
interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** The lowest is left out first if there is no room; undefined: never left out. */
  readonly drop?: number;
  /** As a last resort it may be cut to this width. */
  readonly least?: number;
  /** It may be cut to this width before another column is left out or cut further. */
  readonly useful?: number;
  /** Cuts the cells below the title to `columns`. */
  readonly cut?: (texts: readonly string[], columns: number) => readonly string[];
  readonly cell: (session: SessionInfo) => Cell;
}
/** A column with its cells, the title first. */
interface Filled extends Column {
  readonly cells: readonly Cell[];
  readonly width: number;
}

const GAP = '  ';
/** The highest `drop`. */
const DROP_LAST = 5;
/** A shorter part of a name or directory is useless. */
const NAME_MIN_COLUMNS = 8;
const DIRECTORY_MIN_COLUMNS = 12;
const TOPIC_MIN_COLUMNS = 12;
/** A part this long mostly identifies a name or directory. */
const USEFUL_COLUMNS = 24;
/** Enough to show why a session ended. */
const LAST_LINES = 3;

export function formatList(sessions: readonly SessionInfo[], options: ListOptions): string {
  const { heading, rows } = listRows(sessions, options);
  const lines = sessions.map((session, index) =>
    [rows[index] ?? '', ...lastLines(session, options)].join('\n'),
  );
  return [heading, ...lines].join('\n');
}

/** The table alone, one row per session. */
function listRows(
  sessions: readonly SessionInfo[],
  options: ListOptions,
): { readonly heading: string; readonly rows: readonly string[] } {
  const columns = fitted(columnsFor(sessions, options).map(filled(sessions)), options);
  const [heading = '', ...rows] = Array.from({ length: sessions.length + 1 }, (_, index) =>
    columns
      .map((column) => padded(column, index, options.color))
      .join(GAP)
      .trimEnd(),
  );
  return { heading, rows };
}

function plain(text: string, style = ''): Cell {
  return { text, style };
}

const CONTEXT: Column = {
  title: 'CONTEXT',
  right: true,
  cell: (s) => plain(contextOf(s) || '-'),
};
const CONTEXT_OF_ROOM: Column = { ...CONTEXT, drop: 2 };

const TOPIC: Column = {
  title: 'TOPIC',
  least: TOPIC_MIN_COLUMNS,
  useful: USEFUL_COLUMNS,
  cell: (s) => plain(safeText(titleOf(s)) || '-'),
};

/** For people: less important than name and state, more than the directory. */
const TOPIC_OF_ROOM: Column = { ...TOPIC, drop: 5, least: USEFUL_COLUMNS };

/** The topic of each session, if requested, or if it is known and the output is a terminal. */
function topicColumns(sessions: readonly SessionInfo[], options: ListOptions): readonly Column[] {
  if (options.wide) return [CONTEXT, TOPIC];
  if (options.width === undefined || options.full) return [];
  return [
    ...(sessions.some((one) => contextOf(one) !== '') ? [CONTEXT_OF_ROOM] : []),
    ...(sessions.some((one) => titleOf(one) !== '') ? [TOPIC_OF_ROOM] : []),
  ];
}

function columnsFor(sessions: readonly SessionInfo[], options: ListOptions): Column[] {
  const { now, home, full, width } = options;
  const columns: Column[] = [
    ...markColumn(sessions, options),
    {
      title: 'NAME',
      least: NAME_MIN_COLUMNS,
      useful: USEFUL_COLUMNS,
      cut: (texts, columns) => texts.map((text) => cutMiddle(text, columns)),
      cell: (s) => plain(safeText(shortName(s)), BOLD),
    },
    {
      title: 'STATE',
      least: NAME_MIN_COLUMNS,
      cell: (s) => {
        const { text, tone } = stateOf(s, now, width !== undefined);
        return plain(safeText(text), TONES[tone]);
      },
    },
    {
      title: 'CLIENTS',
      right: true,
      drop: 1,
      cell: (s) => plain(s.clients > 0 ? String(s.clients) : '-'),
    },
    { title: 'AGE', right: true, drop: 0, cell: (s) => plain(since(s.createdAt, now)) },
    { title: 'ACTIVE', right: true, drop: 3, cell: (s) => plain(since(s.lastActivityAt, now)) },
    ...topicColumns(sessions, options),
    {
      title: 'DIRECTORY',
      drop: 4,
      least: DIRECTORY_MIN_COLUMNS,
      useful: USEFUL_COLUMNS,
      cut: cutPaths,
      cell: (s) => plain(safeText(tilde(s.cwd, home)), DIM),
    },
  ];
  if (full) columns.push({ title: 'FULL NAME', cell: (s) => plain(safeText(s.fullName)) });
  return columns;
}

/** Only if one of them is to be marked. */
function markColumn(sessions: readonly SessionInfo[], { current }: ListOptions): readonly Column[] {
  const isCurrent = ({ fullName }: SessionInfo) => fullName === current;
  if (!sessions.some(isCurrent)) return [];
  return [{ title: '', cell: (s) => plain(isCurrent(s) ? '*' : '', BOLD) }];
}

function filled(sessions: readonly SessionInfo[]): (column: Column) => Filled {
  return (column) => {
    const cells = [{ text: column.title, style: DIM }, ...sessions.map(column.cell)];
    return { ...column, cells, width: Math.max(...cells.map(({ text }) => textColumns(text))) };
  };
}

/** The order in which columns are cut until the row fits. */
const CUTS: readonly (readonly [title: string, to: 'useful' | 'least'])[] = [
  ['DIRECTORY', 'useful'],
  ['TOPIC', 'useful'],
  ['NAME', 'useful'],
  ['DIRECTORY', 'least'],
  ['TOPIC', 'least'],
  ['NAME', 'least'],
  ['STATE', 'least'],
];

/** Leaves out columns for which there is no room, then cuts by {@link CUTS}. */
function fitted(columns: readonly Filled[], { width, full }: ListOptions): Filled[] {
  if (width === undefined || full) return [...columns];
  const overOf = (all: readonly Filled[], size: (c: Filled) => number) =>
    all.reduce((sum, c) => sum + size(c) + GAP.length, -GAP.length) - width;
  // If not even the last one fits alone, nothing else is left out for it.
  const most = columns.filter(({ drop }) => drop === undefined || drop === DROP_LAST);
  const isLastLeftOut = overOf(most, neededWidth) > 0;
  let kept = columns.filter(({ drop }) => !(isLastLeftOut && drop === DROP_LAST));
  const over = (size: (c: Filled) => number) => overOf(kept, size);
  for (let next = 0; next < DROP_LAST && over(neededWidth) > 0; next++)
    kept = kept.filter(({ drop }) => drop !== next);
  const widths = new Map(kept.map((column) => [column, column.width]));
  for (const [title, to] of CUTS) {
    const excess = over((c) => widths.get(c) ?? 0);
    const column = kept.find((c) => c.title === title);
    if (excess <= 0 || !column) continue;
    const now = widths.get(column) ?? 0;
    widths.set(column, Math.max(Math.min(now, column[to] ?? now), now - excess));
  }
  return kept.map((column) => narrowed(column, widths.get(column) ?? 0));
}

/** The width that a column keeps while others can still be left out. */
function neededWidth({ drop, width, least, useful }: Filled): number {
  return Math.min(width, (drop === undefined ? useful : least) ?? width);
}

function narrowed(column: Filled, width: number): Filled {
  if (width >= column.width) return column;
  const [title, ...cells] = column.cells;
  const texts = cells.map(({ text }) => text);
  const cut = column.cut?.(texts, width) ?? texts.map((text) => safeText(text, width));
  const below = cells.map(({ style }, index) => ({ text: cut[index] ?? '', style }));
  return { ...column, width, cells: [...(title ? [title] : []), ...below] };
}

function padded({ cells, width, right }: Filled, row: number, color: boolean): string {
  const { text, style } = cells[row] ?? { text: '', style: '' };
  const blank = ' '.repeat(Math.max(0, width - textColumns(text)));
  const painted = paint(text, style, color);
  return right ? blank + painted : painted + blank;
}

/** The lines below a session's row: what explains its end, or the message of its status. */
function lastLines(session: SessionInfo, options: ListOptions): string[] {
  const lines = session.state === 'running' ? [needTextOf(session)] : session.lastLines;
  const room =
    options.width === undefined || options.full ? undefined : Math.max(1, options.width - 4);
  return explainingLines(lines, LAST_LINES)
    .map((text) => safeText(text, room))
    .filter((text) => text !== '')
    .map((text) => `    ${paint(text, DIM, options.color)}`);
}
