/**
 * Reads the numbered choices at the end of a question from the bottom up, as text above them may
 * imitate choices.
 */
import type { Choice } from '../protocol/question.ts';
import { indentOf, isBlank, joined } from './question-rows.ts';

const MARKER = '›';
/** No question of Codex has this many. */
const CHOICES_MAX = 20;
const KEY_MAX_LENGTH = 12;
/** `› 1. `, from the margin. */
const NUMBER_COLUMNS = 5;

/**
 * With the key at the end, as in `Yes, proceed (y)`; with a description beside it; or with neither.
 */
export type Labels = 'keyed' | 'described' | 'plain';

export interface Choices {
  readonly choices: Choice[];
  /** The row of the first choice. */
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
 * @returns undefined unless they are numbered from 1 without a gap and exactly one is selected
 */
export function readChoices(
  rows: readonly string[],
  end: number,
  { margin, labels }: { margin: number; labels: Labels },
): Choices | undefined {
  const found: Choice[] = [];
  let more: string[] = [];
  for (let at = end - 1; at >= 0; at--) {
    const row = rows[at] as string;
    if (isBlank(row)) return undefined;
    const numbered = readNumbered(row, margin);
    if (numbered === undefined) {
      // Further rows of a label are indented to the column after the number.
      if (indentOf(row) < margin + NUMBER_COLUMNS) return undefined;
      more.unshift(row.slice(margin + NUMBER_COLUMNS));
      continue;
    }
    const { number, selected, label } = numbered;
    found.unshift({ number, ...readLabel([label, ...more], labels), selected });
    more = [];
    if (found.length > CHOICES_MAX) return undefined;
    if (number === 1) return areWhole(found) ? { choices: found, at } : undefined;
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

function readLabel(rows: readonly string[], labels: Labels): { label: string; key: string | null } {
  if (labels === 'plain') return { label: joined(rows), key: null };
  if (labels === 'keyed') return withKey(joined(rows));
  // A description stands beside the label, in a column of its own.
  const parts = rows.map((row) => row.split('  ', 1)[0] as string).filter((part) => part !== '');
  return { label: joined(parts), key: null };
}

function withKey(text: string): { label: string; key: string | null } {
  const at = text.lastIndexOf(' (');
  const key = text.slice(at + 2, -1);
  const isKey = at > 0 && text.endsWith(')') && key !== '' && key.length <= KEY_MAX_LENGTH;
  if (!isKey || /[ )]/.test(key)) return { label: text, key: null };
  return { label: text.slice(0, at), key };
}
