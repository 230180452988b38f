/** The numbered choices at the end of a question, read from the bottom: what is above them may imitate them. */
import type { Choice } from '../protocol/question.ts';
import { indentOf, isBlank } from './question-rows.ts';

const MARKER = '›';
/** No question of Codex has as many. */
const CHOICES_MAX = 20;
const KEY_MAX_LENGTH = 12;

export interface Choices {
  readonly choices: Choice[];
  /** The row of the first one. */
  readonly at: number;
}

interface Numbered {
  readonly number: number;
  readonly label: string;
  readonly selected: boolean;
}

/**
 * @param end the row after the last choice
 * @param margin the column of the marker
 * @param keys whether a label ends in its key, as in `Yes, proceed (y)`
 * @returns undefined if they are not numbered from 1 without a gap, or not exactly one is selected
 */
export function readChoices(
  rows: readonly string[],
  end: number,
  { margin, keys }: { margin: number; keys: boolean },
): Choices | undefined {
  const found: Choice[] = [];
  let more: string[] = [];
  for (let at = end - 1; at >= 0; at--) {
    const row = rows[at] as string;
    if (isBlank(row)) return undefined;
    const numbered = readNumbered(row, margin);
    if (numbered === undefined) {
      // A label that goes on is indented as its first row, behind the number.
      if (indentOf(row) < margin + 5) return undefined;
      more.unshift(row.trim());
      continue;
    }
    const label = [numbered.label, ...more].join(' ');
    more = [];
    found.unshift({ ...numbered, ...(keys ? withKey(label) : { label, key: null }) });
    if (found.length > CHOICES_MAX) return undefined;
    if (numbered.number === 1) return areWhole(found) ? { choices: found, at } : undefined;
  }
  return undefined;
}

function areWhole(choices: readonly Choice[]): boolean {
  return (
    choices.every(({ number, label }, index) => number === index + 1 && label !== '') &&
    choices.filter(({ selected }) => selected).length === 1
  );
}

/** `› 1. label` or `  1. label`, exactly at the margin. */
function readNumbered(row: string, margin: number): Numbered | undefined {
  const selected = row.startsWith(MARKER, margin);
  if (indentOf(row) !== (selected ? margin : margin + 2)) return undefined;
  const match = /^(\d{1,2})\. (\S.*)$/.exec(row.slice(margin + 2));
  if (!match || (selected && row[margin + 1] !== ' ')) return undefined;
  return { number: Number(match[1]), label: (match[2] as string).trimEnd(), selected };
}

function withKey(text: string): { label: string; key: string | null } {
  const at = text.lastIndexOf(' (');
  const key = text.slice(at + 2, -1);
  const isKey = at > 0 && text.endsWith(')') && key !== '' && key.length <= KEY_MAX_LENGTH;
  if (!isKey || key.includes(' ') || key.includes(')')) return { label: text, key: null };
  return { label: text.slice(0, at), key };
}
