/** Renders a row of the switcher's list. Widths are terminal columns. */

import { shortName } from '../store/names.ts';
import { charactersOf, safeText, textColumns } from '../terminal/safe-text.ts';
import { cutLeft, cutMiddle } from './cut.ts';
import type { Match } from './fuzzy.ts';
import { since, stateOf, type Tone, tilde } from './session-text.ts';
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
/** After bar, space, glyph, space. */
const NAME_COLUMN = 5;
const GAP = 2;
const STATE_MAX_COLUMNS = 26;
const STATE_MIN_COLUMNS = 4;
const AGE_COLUMNS = 4;
const NAME_MIN_COLUMNS = 8;
/** The name's share of what state and age leave, if the rest is shown. */
const NAME_PART = 0.6;
/** A shorter part of a title is useless. */
const REST_MIN_COLUMNS = 12;
/** After the name of the session that this terminal is in. */
const CURRENT_MARK = ' *';
/** A narrower terminal does not show the rest, the age, the text of the state. */
const REST_FROM_COLUMNS = 56;
const AGE_FROM_COLUMNS = 40;
const STATE_FROM_COLUMNS = 28;
export interface Widths {
  readonly name: number;
  /** 0: not shown. */
  readonly state: number;
  readonly age: number;
  readonly rest: number;
}

/** From all sessions, not only matches, so that columns do not move while the user types. */
export function columnsFor({ cols, sessions, now }: View): Widths {
  const widest = (texts: readonly string[], least: number) =>
    Math.max(least, ...texts.map(textColumns));
  const states = sessions.map((session) => safeText(stateOf(session, now).text));
  const names = sessions.map((session) => safeText(shortName(session)));
  const room = cols - NAME_COLUMN;
  const state =
    cols < STATE_FROM_COLUMNS
      ? 0
      : Math.min(STATE_MAX_COLUMNS, Math.floor(cols / 3), widest(states, STATE_MIN_COLUMNS));
  const age = cols < AGE_FROM_COLUMNS ? 0 : AGE_COLUMNS;
  const beside = (state && state + GAP) + (age && age + GAP);
  const most = cols < REST_FROM_COLUMNS ? room - beside : Math.floor((room - beside) * NAME_PART);
  const name = Math.max(1, Math.min(widest(names, NAME_MIN_COLUMNS) + CURRENT_MARK.length, most));
  const rest = cols < REST_FROM_COLUMNS ? 0 : room - beside - name - GAP;
  return { name, state, age, rest: rest < REST_MIN_COLUMNS ? 0 : rest };
}

export function rowLine(row: Row, isSelected: boolean, view: View, widths: Widths): string {
  const bar = isSelected ? paint('▌', MARK, view.color) : ' ';
  if (row.type === 'start') return `${bar} ${startRow(row.name, isSelected, view, widths)}`;
  const isMarked = view.purpose?.marked.has(row.match.session.fullName);
  const mark = isMarked ? paint('x', TONES.bad, view.color) : ' ';
  return `${bar}${mark}${sessionRow(row.match, isSelected, view, widths)}`;
}

function startRow(name: string, isSelected: boolean, view: View, { rest }: Widths): string {
  const { cols, color, project } = view;
  const words = [
    paint('+', TONES.good, color),
    paint('start', isSelected ? BOLD : '', color),
    paint(safeText(name, Math.max(1, cols - NAME_COLUMN - 'start '.length)), START_NAME, color),
  ];
  if (rest > 0) words.push(paint(safeText(`in ${project}`, rest), DIM, color));
  return words.join(' ');
}

function sessionRow(match: Match, isSelected: boolean, view: View, widths: Widths): string {
  const { now, color } = view;
  const { text, tone } = stateOf(match.session, now);
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
  put(widths.rest, restCell(match, view, widths.rest));
  return parts.join('');
}

function nameCell(match: Match, isSelected: boolean, view: View, width: number): string {
  const { name, nameMarks, session } = match;
  const isCurrent = session.fullName === view.current && width > NAME_MIN_COLUMNS;
  const cut = cutMiddle(name, isCurrent ? width - CURRENT_MARK.length : width);
  const text = marked(cut, name, nameMarks, isSelected ? BOLD : '', view.color);
  return isCurrent ? text + paint(CURRENT_MARK, DIM, view.color) : text;
}

/** The title, or the directory if there is none: both tell what the session is for. */
function restCell({ title, titleMarks, session }: Match, view: View, width: number): string {
  if (title !== '') return marked(safeText(title, width), title, titleMarks, '', view.color);
  return paint(cutLeft(safeText(tilde(session.cwd, view.home)), width), DIM, view.color);
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
    // What is behind the gap is the end of the text.
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
