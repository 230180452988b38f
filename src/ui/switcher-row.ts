/** Renders a row of the switcher's list. Widths are terminal columns. */
import { charactersOf, safeText } from '../terminal/safe-text.ts';
import { cutMiddle, cutPath } from './cut.ts';
import type { Match } from './fuzzy.ts';
import { CURRENT_MARK, GAP, NAME_COLUMN, NAME_MIN_COLUMNS, type Widths } from './row-widths.ts';
import { contextOf, needTextOf, since, stateOf, type Tone, tilde } from './session-text.ts';
import { BOLD, DIM, MARK, paint, TONES, UNDERLINE } from './style.ts';
import type { Row, View } from './switcher-model.ts';

const GLYPHS: Readonly<Record<Tone, string>> = {
  busy: '●',
  needs: '!',
  good: '✓',
  bad: '✗',
  calm: '○',
};
const START_NAME = '1;36';
export function rowLine(row: Row, isSelected: boolean, view: View, widths: Widths): string {
  const bar = isSelected ? paint('▌', MARK, view.color) : ' ';
  if (row.type === 'start') return `${bar} ${startRow(row, isSelected, view, widths)}`;
  const isMarked = view.purpose?.marked.has(row.match.session.fullName);
  const mark = isMarked ? paint('x', TONES.bad, view.color) : ' ';
  return `${bar}${mark}${sessionRow(row.match, isSelected, view, widths)}`;
}

type StartRow = Extract<Row, { type: 'start' }>;

function startRow(row: StartRow, isSelected: boolean, view: View, { rest }: Widths): string {
  const { cols, color, project } = view;
  const { host } = row;
  const name = host === undefined ? row.name : `${host}/${row.name}`;
  const words = [
    paint('+', TONES.good, color),
    paint('start', isSelected ? BOLD : '', color),
    paint(safeText(name, Math.max(1, cols - NAME_COLUMN - 'start '.length)), START_NAME, color),
  ];
  if (rest > 0 && host === undefined)
    words.push(paint(safeText(`in ${project}`, rest), DIM, color));
  return words.join(' ');
}

function sessionRow(match: Match, isSelected: boolean, view: View, widths: Widths): string {
  const { now, color, home } = view;
  const says = saysOf(match);
  const { text, tone } = stateOf(match.session, now, widths.rest > 0);
  const parts = [`${paint(GLYPHS[tone], TONES[tone], color)} `];
  let column = NAME_COLUMN;
  const put = (width: number, content: string) => {
    if (width > 0) parts.push(at(column, content));
    column += width > 0 ? width + GAP : 0;
  };
  put(widths.name, nameCell(match, isSelected, view, widths.name));
  put(widths.state, paint(safeText(text, widths.state), TONES[tone], color));
  const age = since(match.session.lastActivityAt, now).padStart(widths.age);
  put(widths.age, paint(age, DIM, color));
  const context = contextOf(match.session).padStart(widths.context);
  put(widths.context, paint(context, DIM, color));
  put(widths.rest, restCell(match, says, view, widths));
  const where = cutPath(safeText(tilde(match.session.cwd, home)), widths.where);
  put(widths.where, paint(where, DIM, color));
  return parts.join('');
}

function nameCell(match: Match, isSelected: boolean, view: View, width: number): string {
  const { name, nameMarks, session } = match;
  const isCurrent = session.fullName === view.current && width > NAME_MIN_COLUMNS;
  const cut = cutMiddle(name, isCurrent ? width - CURRENT_MARK.length : width);
  const text = marked(cut, name, nameMarks, isSelected ? BOLD : '', view.color);
  return isCurrent ? text + paint(CURRENT_MARK, DIM, view.color) : text;
}

/**
 * For a session that needs its user, that is more important than the title, unless the title
 * matches the query.
 */
function saysOf({ session, titleMarks }: Match): string {
  return titleMarks.size > 0 ? '' : needTextOf(session);
}

/** What it asks, or its title, or its directory: each says what the session is about. */
function restCell(
  { title, titleMarks, session }: Match,
  says: string,
  { home, color }: View,
  { rest: width, where }: Widths,
): string {
  if (says !== '') return safeText(says, width);
  if (title !== '') return marked(safeText(title, width), title, titleMarks, '', color);
  return where > 0 ? '' : paint(cutPath(safeText(tilde(session.cwd, home)), width), DIM, color);
}

/** `cut`: `text`, or `text` with `…` in place of a part of it. */
function marked(
  cut: string,
  text: string,
  marks: ReadonlySet<number>,
  style: string,
  color: boolean,
): string {
  let gap = 0;
  while (gap < cut.length && cut[gap] === text[gap]) gap += 1;
  const runs: { text: string; isMarked: boolean }[] = [];
  let at = 0;
  for (const char of charactersOf(cut)) {
    // After the gap comes the end of the text.
    const from = at <= gap ? at : at + text.length - cut.length;
    const isMarked = at !== gap && isAnyIn(marks, from, from + char.length);
    const run = runs.at(-1);
    if (run?.isMarked === isMarked) run.text += char;
    else runs.push({ text: char, isMarked });
    at += char.length;
  }
  return runs
    .map((run) => (run.isMarked ? mark(run.text, style, color) : paint(run.text, style, color)))
    .join('');
}

function isAnyIn(marks: ReadonlySet<number>, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (marks.has(at)) return true;
  return false;
}

/** Underlined, so that it is visible without colours too. */
function mark(text: string, style: string, color: boolean): string {
  return paint(
    text,
    [...(color && style ? [style] : []), UNDERLINE, ...(color ? ['36'] : [])].join(';'),
    true,
  );
}

/** Positions text at a column, from 1. */
export function at(column: number, text: string): string {
  return `\x1b[${Math.max(1, column)}G${text}`;
}
