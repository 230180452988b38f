/** `ls`: the sessions in columns, fitted to the terminal. */
import { shortName } from '../names.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText, textColumns } from '../safe-text.ts';
import { since, stateOf, tilde } from './session-text.ts';
import { BOLD, DIM, paint, TONES } from './style.ts';

export interface ListOptions {
  /** The terminal's columns; undefined: nothing is cut. */
  readonly width: number | undefined;
  readonly color: boolean;
  /** With full names. */
  readonly full: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly home: string | undefined;
}

/** This project's first, then by project, the most recently active first. */
export function sortSessions<S extends SessionInfo>(sessions: readonly S[], hereHash: string): S[] {
  return [...sessions].sort(
    (a, b) =>
      Number(b.hash === hereHash) - Number(a.hash === hereHash) ||
      compare(a.project, b.project) ||
      compare(a.root, b.root) ||
      needOf(a) - needOf(b) ||
      (Date.parse(b.lastActivityAt) || 0) - (Date.parse(a.lastActivityAt) || 0) ||
      compare(a.name, b.name),
  );
}

/** Lower comes first. The place for sorting by who needs attention; until then all are alike. */
function needOf(_session: SessionInfo): number {
  return 0;
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
  readonly cell: (session: SessionInfo) => Cell;
  /** The lower, the sooner it goes where there is no room; undefined: stays. */
  readonly drop?: number;
}

const GAP = '  ';
/** Less of a directory says nothing. */
const DIRECTORY_MIN_COLUMNS = 12;
/** What a session's end has to say fits in so many lines; the screen has more. */
const LAST_LINES = 3;

export function formatList(sessions: readonly SessionInfo[], options: ListOptions): string {
  const columns = fitting(sessions, options);
  const widths = columns.map((column) => widthOf(column, sessions));
  const used = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const room = roomForDirectory(options, used);
  const line = (cells: readonly Cell[]) => join(cells, columns, widths, options.color);
  const head = [...columns.map(({ title }) => title), 'DIRECTORY'];
  if (options.full) head.splice(-1, 1, 'DIRECTORY', 'FULL NAME');
  const directories = sessions.map((s) => cutLeft(safeText(tilde(s.cwd, options.home)), room));
  const widest = Math.max('DIRECTORY'.length, ...directories.map(textColumns));
  const rows = sessions.flatMap((session, index) => {
    const cells = columns.map(({ cell }) => cell(session));
    const directory = directories[index] ?? '';
    cells.push({ text: options.full ? pad(directory, widest) : directory, style: DIM });
    if (options.full) cells.push({ text: safeText(session.fullName), style: '' });
    return [line(cells), ...lastLines(session, options)];
  });
  const titles = head.map((text, index) => ({
    text: options.full && index === columns.length ? pad(text, widest) : text,
    style: DIM,
  }));
  return [line(titles), ...rows].join('\n');
}

function allColumns(now: number): Column[] {
  return [
    { title: 'NAME', cell: (s) => ({ text: safeText(shortName(s)), style: BOLD }) },
    {
      title: 'STATE',
      cell: (s) => {
        const { text, tone } = stateOf(s, now);
        return { text: safeText(text), style: TONES[tone] };
      },
    },
    {
      title: 'CLIENTS',
      right: true,
      drop: 1,
      cell: (s) => ({ text: s.clients > 0 ? String(s.clients) : '-', style: '' }),
    },
    {
      title: 'AGE',
      right: true,
      drop: 0,
      cell: (s) => ({ text: since(s.createdAt, now), style: '' }),
    },
    {
      title: 'ACTIVE',
      right: true,
      drop: 2,
      cell: (s) => ({ text: since(s.lastActivityAt, now), style: '' }),
    },
  ];
}

/** The columns there is room for; the directory keeps its least, everything else goes before. */
function fitting(sessions: readonly SessionInfo[], { width, now, full }: ListOptions): Column[] {
  const columns = allColumns(now);
  if (width === undefined || full) return columns;
  const total = () =>
    columns.reduce((sum, c) => sum + widthOf(c, sessions) + GAP.length, DIRECTORY_MIN_COLUMNS);
  for (let next = 0; next < 3 && total() > width; next++)
    columns.splice(
      columns.findIndex((c) => c.drop === next),
      1,
    );
  return columns;
}

function widthOf(column: Column, sessions: readonly SessionInfo[]): number {
  const widths = sessions.map((session) => textColumns(column.cell(session).text));
  return Math.max(column.title.length, ...widths);
}

function roomForDirectory({ width, full }: ListOptions, used: number): number {
  if (width === undefined || full) return Number.POSITIVE_INFINITY;
  return Math.max(1, width - used);
}

function join(
  cells: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  color: boolean,
): string {
  return cells
    .map(({ text, style }, index) => {
      const width = widths[index] ?? 0;
      const blank = ' '.repeat(Math.max(0, width - textColumns(text)));
      const painted = paint(text, style, color);
      return columns[index]?.right ? blank + painted : painted + blank;
    })
    .join(GAP)
    .trimEnd();
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textColumns(text)));
}

/** The end of a path says more than its beginning. */
export function cutLeft(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  const chars = [...text];
  while (chars.length > 0 && textColumns(chars.join('')) > columns - 1) chars.shift();
  return `…${chars.join('')}`;
}

function lastLines({ state, lastLines: lines }: SessionInfo, options: ListOptions): string[] {
  if (state === 'running') return [];
  const room =
    options.width === undefined || options.full ? undefined : Math.max(1, options.width - 4);
  return lines
    .map((text) => safeText(text, room))
    .filter((text) => text !== '')
    .slice(-LAST_LINES)
    .map((text) => `    ${paint(text, DIM, options.color)}`);
}
