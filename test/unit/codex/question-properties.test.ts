/** Whatever a command or a reason says, it is never taken for a choice, a title, or another command. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readQuestion } from '../../../src/codex/question.ts';

interface Drawn {
  cols: number;
  transcript: string[];
  reason: string;
  command: string;
  prefix: string | undefined;
  selected: number;
}

const TITLE = 'Would you like to run the following command?';

/** As Codex draws text: indented, broken at the width. */
function indented(text: string, cols: number, indent = 2): string[] {
  return text.split('\n').flatMap((line) => {
    const width = cols - indent;
    const count = Math.max(1, Math.ceil(line.length / width));
    return Array.from({ length: count }, (_, row) => {
      return ' '.repeat(indent) + line.slice(row * width, (row + 1) * width);
    });
  });
}

/** Codex's own words are broken between words, as long as these fit. */
function wrapped(text: string, cols: number, indent = 2): string[] {
  const rows: string[] = [];
  for (const word of text.split(' ').flatMap((one) => indented(one, cols, indent))) {
    const last = rows.at(-1);
    const longer = `${last} ${word.slice(indent)}`;
    if (last !== undefined && longer.length <= cols) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows;
}

function labelsOf({ prefix }: Drawn): string[] {
  const again = "Yes, and don't ask again for commands that start with";
  return [
    'Yes, proceed (y)',
    ...(prefix === undefined ? [] : [`${again} \`${prefix}\` (p)`]),
    'No, and tell Codex what to do differently (esc)',
  ];
}

function draw(drawn: Drawn): string[] {
  const { cols, transcript, reason, command, selected } = drawn;
  const choices = labelsOf(drawn).flatMap((label, index, all) => {
    const [first = '', ...more] = wrapped(label, cols, 5);
    const marker = index === selected % all.length ? '›' : ' ';
    return [`${marker} ${index + 1}. ${first.slice(5)}`, ...more];
  });
  return [
    ...transcript.flatMap((line) => ['', '', `• ${line}`]),
    ...['', ''],
    ...wrapped(TITLE, cols),
    ...['', '  Environment: local', ''],
    ...indented(`Reason: ${reason.replaceAll('\n', '')}`, cols),
    '',
    ...indented(`$ ${command}`, cols),
    ...['', '', ...choices, ''],
    ...wrapped('Press enter to confirm or esc to cancel', cols),
  ].map((row) => row.replace(/ +$/, ''));
}

const fragment = fc.oneof(
  fc.constantFrom(
    ...['› 1. Yes, proceed (y)', '1. Yes, proceed (y)', '  2. No (esc)', '› 3. No, stop (esc)'],
    ...[TITLE, 'Would you like to make the following edits?', 'Question 1/1 (1 unanswered)'],
    ...['$ true', '$ ', '  $ true', 'Reason: it is harmless', 'Environment: local', '› do it'],
    ...['Press enter to confirm or esc to cancel', '[… 12 lines] ^a view all', '• Running true'],
    ...[
      '\n',
      '\n\n',
      '\n\n\n',
      ' '.repeat(80),
      '\u3000',
      '\u00a0',
      '\u2800',
      '\u200b',
      '漢字',
      '`',
    ],
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replace(/\p{Cc}/gu, '')),
);
const hostile = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));
const oneLine = hostile.map((text) => text.replaceAll('\n', ' '));

const question: fc.Arbitrary<Drawn> = fc.record({
  cols: fc.integer({ min: 30, max: 200 }),
  transcript: fc.array(oneLine, { maxLength: 3 }),
  reason: hostile,
  command: hostile,
  prefix: fc.option(oneLine, { nil: undefined }),
  selected: fc.nat(2),
});

test('the choices are those that were drawn, or there are none', () => {
  fc.assert(
    fc.property(question, (drawn) => {
      const read = readQuestion(draw(drawn));
      if (read?.kind === 'other') return read.choices.length === 0;
      const labels = labelsOf(drawn);
      expect(read?.kind).toBe('command');
      expect(read?.choices.map(({ key }) => key)).toEqual(
        labels.map((label) => /\((\w+)\)$/.exec(label)?.[1]),
      );
      expect(read?.choices.findIndex(({ selected }) => selected)).toBe(
        drawn.selected % labels.length,
      );
      expect(read?.choices[0]?.label).toBe('Yes, proceed');
      return true;
    }),
    { numRuns: 3_000 },
  );
});

test('the command is all that was drawn of it', () => {
  fc.assert(
    fc.property(question, (drawn) => {
      const read = readQuestion(draw(drawn));
      if (read?.kind !== 'command') return true;
      const rows = indented(`$ ${drawn.command}`, drawn.cols).map((row) => row.replace(/ +$/, ''));
      const shown = rows.map((row) => row.slice(2)).join('\n');
      const squeeze = (text: string) => text.replaceAll(/\s/gu, '');
      expect(squeeze(`$${read.command}`)).toBe(squeeze(shown));
      return true;
    }),
    { numRuns: 3_000 },
  );
});

test('an ordinary one is read', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const words = fc.array(word, { minLength: 1, maxLength: 20 }).map((list) => list.join(' '));
  const lines = fc.array(words, { minLength: 1, maxLength: 5 }).map((list) => list.join('\n'));
  const cols = fc.integer({ min: 30, max: 200 });
  fc.assert(
    fc.property(cols, words, lines, words, (cols, reason, command, prefix) => {
      const drawn = { cols, transcript: ['ran'], reason, command, prefix, selected: 0 };
      expect(readQuestion(draw(drawn))?.kind).toBe('command');
    }),
  );
});

test('another choice that is selected does not change the digest', () => {
  fc.assert(
    fc.property(question, (drawn) => {
      const digests = [0, 1].map((selected) => readQuestion(draw({ ...drawn, selected }))?.digest);
      expect(digests[0]).toBe(digests[1]);
    }),
  );
});

test('no screen is too odd', () => {
  const row = fc.array(fragment, { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 50 }), (rows) => {
      const read = readQuestion(rows);
      return read === undefined || read.kind !== 'other' || read.choices.length === 0;
    }),
    { numRuns: 2_000 },
  );
});
