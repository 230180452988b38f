/**
 * The forms of questions that are understood: how each ends, and what is between title and choices.
 */
import type { Choice, Question } from '../protocol/question.ts';
import type { Labels } from './question-choices.ts';
import { joined, paragraphs, squeezed } from './question-rows.ts';

type Kind = Question['kind'];
export type Read = Pick<Question, 'kind' | 'title' | 'command' | 'reason'>;

export interface Form {
  /** The last rows, without blanks. */
  readonly footer: RegExp;
  /** The column of the marker. */
  readonly margin: number;
  readonly labels: Labels;
  /** Reads the rows above the choices; undefined: the question does not have this form. */
  read(above: readonly string[], choices: readonly Choice[]): Read | undefined;
  /** Whether the entry above it belongs to the question. */
  readonly withEntry?: (kind: Kind) => boolean;
  /** Where the question begins if the screen shows nothing of the transcript's last entry. */
  startAtTop?(rows: readonly string[]): number | undefined;
}

const TITLES: readonly (readonly [Kind, string, RegExp])[] = [
  ['command', 'Would you like to run the following command?', /^$/],
  ['patch', 'Would you like to make the following edits?', /^$/],
  ['question', 'Would you like to grant these permissions?', /^$/],
  // The command is escaped and in quotes, so it is not literal; it is sent to a terminal.
  ['question', 'Would you like to send input to the existing terminal?', /^$/],
  ['question', 'Would you like to send input to terminal ', /^\d{1,12}\?$/],
  ['network', 'Do you want to approve network access to "', /^[^"\s]{1,260}"\?$/],
];
const FIELD = 'Field 1/1';
const SQUEEZED = [...TITLES.map(([, words]) => words), 'Trust this folder?', FIELD].map(squeezed);
/** Paragraphs that stand before the command. */
const DETAIL =
  /^ {2}(Environment|Reason|Thread|Permission rule|Input|Description|Destination):( |$)/;
const REASON = '  Reason:';
const PROMPT = '  $';

/**
 * How often a title occurs, whichever way it is wrapped. If it occurs twice, one is an imitation,
 * and nothing shows which.
 */
export function titlesIn(rows: readonly string[]): number {
  const text = squeezed(rows.join(''));
  const asked = text.split(ASKED).length - 1;
  return SQUEEZED.reduce((sum, words) => sum + text.split(words).length - 1, asked);
}

const ASKED = /Question\d{1,2}\/\d{1,2}\(/;

function readApproval(above: readonly string[], choices: readonly Choice[]): Read | undefined {
  const [first, ...rest] = paragraphs(above);
  const title = joined(first?.rows ?? []);
  const kind = kindOf(title);
  if (kind === undefined || !decides(choices)) return undefined;
  const commandAt = above.findIndex(isCommand);
  const details = rest.filter(({ at }) => commandAt < 0 || at < commandAt);
  const known = details.every(({ rows }) => DETAIL.test(rows[0] as string));
  // A reason may contain a blank row and any text below it; then a paragraph occurs twice.
  if (!known || above.filter(isCommand).length !== (kind === 'command' ? 1 : 0)) return undefined;
  const reasons = details.filter(({ rows }) => rows[0]?.startsWith(REASON));
  if (reasons.length > 1) return undefined;
  const reason = reasons[0] ? joined(reasons[0].rows).slice(REASON.trim().length).trim() : null;
  const command = commandAt < 0 ? null : commandOf(above.slice(commandAt));
  return { kind, title, command, reason };
}

function kindOf(title: string): Kind | undefined {
  return TITLES.find(([, words, end]) => {
    return title.startsWith(words) && end.test(title.slice(words.length));
  })?.[0];
}

/** The dollar sign stands alone if the command begins with a line break. */
function isCommand(row: string): boolean {
  return row.startsWith(`${PROMPT} `) || row.trimEnd() === PROMPT;
}

function commandOf(rows: readonly string[]): string {
  const [first = '', ...more] = rows.map((row) => row.trimEnd());
  return [first.slice(PROMPT.length + 1), ...more.map((row) => row.slice(2))].join('\n');
}

/** From a yes to a no, each with a key of its own, so no choice is missing at the end. */
function decides(choices: readonly Choice[]): boolean {
  const keys = new Set(choices.map(({ key }) => key));
  if (keys.size !== choices.length || keys.has(null) || choices.length < 2) return false;
  if (!choices.every(({ label }) => /^(Yes|No), /.test(label))) return false;
  return choices[0]?.label.startsWith('Yes, ') === true && choices.at(-1)?.label[0] === 'N';
}

function readAsked(above: readonly string[]): Read | undefined {
  const [first] = paragraphs(above);
  if (!first || !ASKED_ROW.test(first.rows[0] as string)) return undefined;
  const title = joined(above.slice(1).filter((row) => row !== ''));
  return title === '' ? undefined : { kind: 'question', title, command: null, reason: null };
}

const ASKED_ROW = /^ {2}Question \d{1,2}\/\d{1,2} \([^()]{1,40}\)$/;

/** A question from an MCP server, or about one of its tools. */
function readField(above: readonly string[], choices: readonly Choice[]): Read | undefined {
  if (!FIELD_ROW.test(above[0] as string)) return undefined;
  const title = joined(above.slice(1).filter((row) => row !== ''));
  const places = choices.map(({ label }) => FIELD_LABELS.indexOf(label));
  const inOrder = places.every((place, index) => place > (places[index - 1] ?? -1));
  const whole = places[0] === 0 && places.at(-1) === FIELD_LABELS.length - 1;
  if (title === '' || !inOrder || !whole) return undefined;
  return { kind: 'question', title, command: null, reason: null };
}

const FIELD_ROW = /^ {2}Field 1\/1( \([^()]{1,40}\))?$/;
/**
 * Some of these, in this order: so text that imitates a choice cannot change the meaning of one.
 */
const FIELD_LABELS = ['Allow', 'Allow for this session', 'Always allow', 'Deny', 'Cancel'];

function readTrust(above: readonly string[]): Read | undefined {
  const [place, text, ...rest] = paragraphs(above);
  const [heading, directory, ...more] = place?.rows ?? [];
  if (heading?.trim() !== 'Folder access' || directory === undefined || rest.length > 0) {
    return undefined;
  }
  const words = joined(text?.rows ?? []);
  if (!words.startsWith('Trust this folder?')) return undefined;
  const path = [directory, ...more].map((row) => row.trim()).join('');
  return { kind: 'trust', title: `Trust this folder? ${path}`, command: null, reason: null };
}

export const FORMS: readonly Form[] = [
  {
    footer: /^Pressentertoconfirmoresctocancel(or.{1,40})?$/,
    margin: 0,
    labels: 'keyed',
    read: readApproval,
    // The text to be edited is shown there alone.
    withEntry: (kind) => kind === 'patch',
  },
  {
    footer:
      /^(tabtoaddnotes\|?)?entertosubmit(answer|all)?\|?(←\/→tonavigatequestions\|?)?esctointerrupt$/,
    margin: 2,
    labels: 'described',
    read: readAsked,
    startAtTop: (rows) => {
      const at = rows.findIndex((row) => ASKED_ROW.test(row));
      return at < 0 ? undefined : at;
    },
  },
  {
    footer: /^entertosubmit\|?esctocancel$/,
    margin: 2,
    labels: 'described',
    read: readField,
  },
  {
    footer: /^entercontinue·esc[a-z]{1,10}$/,
    margin: 0,
    labels: 'plain',
    read: readTrust,
    startAtTop: () => 0,
  },
  // Asked before a conversation; or a list that the user has opened.
  {
    footer: /^Pressenterto(continue|confirm).{0,60}$/,
    margin: 0,
    labels: 'plain',
    read: () => undefined,
  },
];
