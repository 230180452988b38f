/**
 * The question that Codex shows, read from the text of its screen. Much of that text was written by a
 * model, or by a repository that the model has read, and may imitate a question. So the choices are read
 * upwards from the last row of the screen, the title downwards from the end of the transcript, and all
 * that lies between must have the form that Codex gives it. Whatever does not fit makes the whole of kind
 * `other`: without choices, so that nobody can answer what was not fully seen or understood.
 *
 * As drawn by 0.163, 0.169 and 0.171, which do not differ:
 * - A question takes the bottom of the screen, indented by two columns; its marker is in the first.
 * - A command, reason or title never begins before the third column. Line breaks in a reason are dropped.
 * - What is too long for the screen is cut above the choices, `[… 12 lines] ^a view all`, and choices may
 *   be missing then, with an arrow in the first column or without a sign: that is `other`.
 */
import { sha256 } from '../platform/sha256.ts';
import type { Question } from '../protocol/question.ts';
import { readChoices } from './question-choices.ts';
import { FORMS, type Form, titlesIn } from './question-forms.ts';
import { entryBefore, indentOf, isBlank, paneStart, squeezed, trimmed } from './question-rows.ts';

export interface ReadQuestion extends Omit<Question, 'fingerprint'> {
  /**
   * Digest of the question's own rows, without the marker: selecting another choice does not change
   * it.
   */
  readonly digest: string;
}

const FOOTER_MAX_ROWS = 5;
const DIGEST_CHARACTERS = 32;
const MARKER = '›';
/** `Field 1/1 (1 required unanswered)`: appears when the selection is moved. */
const COUNT = / \(\d{1,2} [a-z ]{1,30}\)$/;

/**
 * @param rows of the screen, from top to bottom; only U+0020 may be cut from their ends
 * @returns undefined if there is no question at the bottom of the screen
 */
export function readQuestion(rows: readonly string[]): ReadQuestion | undefined {
  let last = rows.length;
  while (last > 0 && isBlank(rows[last - 1] as string)) last--;
  const footer = findFooter(rows, last);
  if (footer === undefined) return looksAsking(rows, last) ? other(rows, last) : undefined;
  return readForm(rows, footer) ?? other(rows, footer.at);
}

interface Footer {
  readonly form: Form;
  readonly at: number;
}

/** The rows at the very end that say which keys there are. */
function findFooter(rows: readonly string[], last: number): Footer | undefined {
  let text = '';
  let found: Footer | undefined;
  for (let at = last - 1; at >= Math.max(0, last - FOOTER_MAX_ROWS); at--) {
    if (isBlank(rows[at] as string)) break;
    text = squeezed(rows[at] as string) + text;
    const form = FORMS.find(({ footer }) => footer.test(text));
    // The end of one footer may look like a shorter footer.
    if (form) found = { form, at };
  }
  return found;
}

function readForm(rows: readonly string[], { form, at }: Footer): ReadQuestion | undefined {
  let end = at;
  while (end > 0 && isBlank(rows[end - 1] as string)) end--;
  const found = readChoices(rows, end, form);
  if (found === undefined) return undefined;
  const start = paneStart(rows, found.at) ?? form.startAtTop?.(rows);
  if (start === undefined || start >= found.at) return undefined;
  const above = trimmed(rows.slice(start, found.at));
  if (titlesIn(above) !== 1 || isCut(above)) return undefined;
  const read = form.read(above, found.choices);
  if (read === undefined) return undefined;
  const from = form.withEntry?.(read.kind) ? entryBefore(rows, start) : start;
  const text = rows.slice(from, end);
  return { ...read, choices: found.choices, text: shown(text), digest: digestOf(text) };
}

/** Whether Codex has left out rows. */
function isCut(rows: readonly string[]): boolean {
  return rows.some((row) => row.startsWith('  [… '));
}

/** The whole question, or so it seems. */
function other(rows: readonly string[], end: number): ReadQuestion {
  let selected = end - 1;
  while (selected >= 0 && !isSelected(rows[selected] as string)) selected--;
  const below = selected < 0 ? end : selected;
  const start = paneStart(rows, below) ?? below;
  const text = trimmed(rows.slice(start < below ? start : 0, end));
  return {
    kind: 'other',
    title: text[0]?.trim() ?? '',
    command: null,
    reason: null,
    choices: [],
    text: shown(text),
    digest: digestOf(text),
  };
}

/**
 * For a question whose end is not on the screen, or that ends in an unknown way: the text mentions
 * keys, or has choices.
 */
function looksAsking(rows: readonly string[], last: number): boolean {
  let text = '';
  for (let at = last - 1; at >= 0 && !isBlank(rows[at] as string); at--) {
    if (isSelected(rows[at] as string)) return true;
    text = squeezed(rows[at] as string) + text;
  }
  return /entertosubmit|tabtoaddnotes|pressenter|esctocancel|esctogoback|^option\d/i.test(text);
}

function isSelected(row: string): boolean {
  return /^ {0,2}[›>] \d+\.( |$)/.test(row);
}

function shown(rows: readonly string[]): string[] {
  return rows.map((row) => row.trimEnd());
}

function digestOf(rows: readonly string[]): string {
  const [first = '', ...more] = rows.map((row) => {
    const at = indentOf(row);
    return at <= 2 && row[at] === MARKER ? row.slice(at + 1).trim() : row.trim();
  });
  // The bullet of a running entry blinks.
  const steady = first.replace(COUNT, '').replace(/^[•◦] /, '');
  return sha256([steady, ...more].join('\n')).slice(0, DIGEST_CHARACTERS);
}
