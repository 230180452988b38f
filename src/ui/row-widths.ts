/** The widths of a row's columns, depending on the room. Widths are in terminal columns. */
import type { SessionInfo } from '../protocol/messages.ts';
import { shortName } from '../store/names.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { contextOf, needTextOf, stateOf, tilde, titleOf } from './session-text.ts';
import type { View } from './switcher-model.ts';

/** After bar, space, glyph, space. */
export const NAME_COLUMN = 5;
export const GAP = 2;
export const NAME_MIN_COLUMNS = 8;
/** After the name of the session that this terminal is in. */
export const CURRENT_MARK = ' *';
/**
 * A part of a name this long usually identifies it; a longer one gets only what texts do not need.
 */
const NAME_USEFUL_COLUMNS = 26;
/**
 * The name's share of what state and age leave, if the rest is shown: at most this much, and
 * certainly this much.
 */
const NAME_PART_MAX = 0.6;
const NAME_PART_MIN = 0.35;
const STATE_MAX_COLUMNS = 26;
const STATE_MIN_COLUMNS = 4;
const AGE_COLUMNS = 4;
/** `100%` */
const CONTEXT_COLUMNS = 4;
/** A shorter part of a title is useless. */
const REST_MIN_COLUMNS = 12;
/** If the title would become shorter than this, the age, or the context, is not shown. */
const REST_BESIDE_AGE_COLUMNS = 16;
const REST_BESIDE_CONTEXT_COLUMNS = 24;
/** If the title would become shorter than this, the directory has no column of its own. */
const REST_BESIDE_WHERE_COLUMNS = 48;
const WHERE_MIN_COLUMNS = 16;
const WHERE_MAX_COLUMNS = 40;
/** A narrower terminal shows no topic, no age, and no text of the state. */
const REST_FROM_COLUMNS = 56;
const AGE_FROM_COLUMNS = 40;
const STATE_FROM_COLUMNS = 28;

/** 0: not shown. */
export interface Widths {
  readonly name: number;
  readonly state: number;
  readonly age: number;
  readonly context: number;
  /** What it asks or is about; if there is no such text and no column for it, its directory. */
  readonly rest: number;
  readonly where: number;
}

/**
 * From all sessions, not only matches, so that columns do not move while the user types. The least
 * important go first: the directory, the context, the age, the topic, the text of the state.
 */
export function columnsFor(view: View, hasAge = true): Widths {
  const { cols, sessions } = view;
  const wanted = widest(view);
  const age = hasAge && cols >= AGE_FROM_COLUMNS ? AGE_COLUMNS : 0;
  const hasContext = sessions.some((session) => contextOf(session) !== '');
  const whole = fitted(cols, wanted, age, hasContext ? CONTEXT_COLUMNS : 0);
  if (whole.rest >= REST_BESIDE_CONTEXT_COLUMNS) return withWhere(whole, wanted);
  const aged = fitted(cols, wanted, age, 0);
  if (aged.rest >= REST_BESIDE_AGE_COLUMNS || cols < REST_FROM_COLUMNS) return aged;
  return fitted(cols, wanted, 0, 0);
}

/** The width of the widest of each; `text` is 0 if no session has one. */
type Wanted = Readonly<Record<'name' | 'state' | 'text' | 'where', number>>;

function widest({ cols, sessions, now, home }: View): Wanted {
  const of = (text: (session: SessionInfo) => string) =>
    Math.max(0, ...sessions.map((session) => textColumns(safeText(text(session)))));
  return {
    name: of(shortName),
    state: of((session) => stateOf(session, now, cols >= REST_FROM_COLUMNS).text),
    text: of((session) => needTextOf(session) || titleOf(session)),
    where: of(({ cwd }) => tilde(cwd, home)),
  };
}

function fitted(cols: number, wanted: Wanted, age: number, context: number): Widths {
  const most = Math.min(STATE_MAX_COLUMNS, Math.floor(cols / 3));
  const state =
    cols < STATE_FROM_COLUMNS ? 0 : Math.min(most, Math.max(STATE_MIN_COLUMNS, wanted.state));
  const beside = [state, age, context].reduce((sum, one) => sum + (one && one + GAP), 0);
  const room = cols - NAME_COLUMN - beside;
  const whole = Math.max(NAME_MIN_COLUMNS, wanted.name) + CURRENT_MARK.length;
  if (cols < REST_FROM_COLUMNS) {
    const name = Math.max(1, Math.min(whole, room));
    return { name, state, age, context, rest: 0, where: 0 };
  }
  const left = room - GAP - Math.max(wanted.text, wanted.where);
  const useful = Math.max(NAME_USEFUL_COLUMNS, Math.floor(room * NAME_PART_MIN), left);
  const name = Math.min(whole, useful, Math.floor(room * NAME_PART_MAX));
  const rest = room - name - GAP;
  return { name, state, age, context, rest: rest < REST_MIN_COLUMNS ? 0 : rest, where: 0 };
}

/** Gives a part of the rest to the directory, if that leaves enough for texts. */
function withWhere(widths: Widths, wanted: Wanted): Widths {
  const { rest } = widths;
  const room = rest - GAP - Math.min(REST_BESIDE_WHERE_COLUMNS, wanted.text);
  const where = Math.min(wanted.where, WHERE_MAX_COLUMNS, room);
  if (wanted.text === 0 || where < Math.min(WHERE_MIN_COLUMNS, wanted.where)) return widths;
  return { ...widths, rest: rest - where - GAP, where };
}
