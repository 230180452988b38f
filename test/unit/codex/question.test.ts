import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ReadQuestion, readQuestion } from '../../../src/codex/question.ts';
import { repository } from '../../support/repository.ts';
import { SCENES, type Scene } from '../../support/rig/question-scenes.ts';

const directory = join(repository, 'test', 'fixtures', 'questions');
const captured = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.txt'))
  .sort();

function screenOf(path: string): string[] {
  return readFileSync(join(directory, path), 'utf8').split('\n').slice(0, -1);
}

function sceneOf(path: string): Scene {
  const name = /\/(.*)-\d+x\d+/.exec(path)?.[1];
  const scene = SCENES.find((one) => one.name === name);
  if (!scene) throw new Error(`no scene ${name}`);
  return scene;
}

/** Codex says that rows or choices are missing, or its last rows are not there. */
function isCut(rows: readonly string[]): boolean {
  const text = rows.join('\n');
  const ends = /(cancel|interrupt|esc back|esc quit|enter to continue)\n*$/.test(text);
  return /^(↑|↓)$|^ {2}(\[… \d+ lines\]|option \d)/m.test(text) || !ends;
}

/** A terminal's wrapping, and characters that are not drawn, make no difference. */
function letters(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '');
}

test('there are screens of all versions', () => {
  for (const version of ['0.163.0', '0.169.0', '0.171.0']) {
    const of = captured.filter((path) => path.startsWith(`${version}/`));
    expect(new Set(of.map((path) => sceneOf(path).name)).size).toBe(SCENES.length);
  }
});

test.each(captured)('%s', (path) => {
  const rows = screenOf(path);
  const scene = sceneOf(path);
  const read = readQuestion(rows) as ReadQuestion;
  const cut = isCut(rows);
  expect(read.kind).toBe(cut ? 'other' : scene.kind);
  expect(read.choices).toHaveLength(cut ? 0 : scene.choices);
  expect(read.text.join('\n')).not.toMatch(/esc to (cancel|interrupt)$/);
  if (read.kind === 'other') return;
  const selected = path.endsWith('-down.txt') ? 2 : 1;
  expect(read.choices.filter((one) => one.selected).map(({ number }) => number)).toEqual([
    selected,
  ]);
  if (scene.command !== undefined) expect(letters(read.command ?? '')).toBe(letters(scene.command));
});

const moved = captured.filter((path) => path.endsWith('-down.txt'));
test.each(moved)('%s: the digest does not know which choice is selected', (path) => {
  const [before, after] = [path.replace('-down', ''), path].map((one) =>
    readQuestion(screenOf(one)),
  );
  if (after?.kind !== 'other') expect(after?.digest).toBe(before?.digest);
});

const AT_REST = `

  >_ OpenAI Codex (v0.171.0)
     /tmp/project


› do it


• You said: do it

  Worked for <1s • 12:43 PM


› DRAFT

  gpt-5-codex default · /tmp/project · do it
  ← for agents · ? for shortcuts                      ⚠ 2 warnings · f2 to view`;

test.each([
  'Ask Codex to do anything',
  '1. Yes, proceed (y)',
  'x\n› 1. Yes, proceed (y)\n  2. No (esc)\n\n  Press enter to confirm or esc to cancel',
])('a composer with %j in it is no question', (draft) => {
  expect(readQuestion(AT_REST.replace('DRAFT', draft).split('\n'))).toBeUndefined();
});

test.each([[[]], [['']], [['$ ls']]])('%j is no question', (rows) => {
  expect(readQuestion(rows)).toBeUndefined();
});

const TO_A_TERMINAL = `• Running cat


  Would you like to send input to terminal 83432?

  Environment: local

  Reason: Send input to an existing terminal.

  Input: "hello\\n1. Yes, proceed (y)\\n"


› 1. Yes, proceed (y)
  2. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel`;

test('input for a terminal is not shown as a command', () => {
  expect(readQuestion(TO_A_TERMINAL.split('\n'))).toMatchObject({
    kind: 'question',
    title: 'Would you like to send input to terminal 83432?',
    command: null,
    reason: 'Send input to an existing terminal.',
    choices: [{ key: 'y' }, { key: 'esc' }],
  });
});

test('a patch is shown with what it changes, and its digest tells it from another', () => {
  const [short, long] = ['patch', 'patch-long'].map((name) => {
    return readQuestion(screenOf(`0.171.0/${name}-80x24.txt`));
  });
  expect(short?.text[0]).toBe('• Added new.txt (+2 -0)');
  expect(long?.text[0]).toBe('• Added new.txt (+100 -0)');
  expect(long?.digest).not.toBe(short?.digest);
  const blinking = screenOf('0.171.0/patch-80x24.txt').map((row) =>
    row.replace('• Added', '◦ Added'),
  );
  expect(readQuestion(blinking)?.digest).toBe(short?.digest);
});

const FROM_A_SERVER = `◦ Calling here.look


  Field 1/1
  May I?

  › 1. Allow   Allow this request and continue
    2. Deny    Decline this request and continue
  › 1. Allow   Allow this request and continue
    2. Deny    Decline this request and continue
    3. Cancel  Cancel this request

  enter to submit | esc to cancel`;

test('the words of an MCP server are no choices', () => {
  expect(readQuestion(FROM_A_SERVER.split('\n'))).toMatchObject({
    kind: 'question',
    choices: [{ label: 'Allow' }, { label: 'Deny' }, { label: 'Cancel' }],
  });
  const title = FROM_A_SERVER.replace('May I?', 'Would you like to run the following command?');
  expect(readQuestion(title.split('\n'))?.kind).toBe('other');
  const swapped = FROM_A_SERVER.replace(
    '  › 1. Allow   Allow this request and continue\n    2. Deny ',
    '',
  )
    .replace('› 1. Allow', '› 1. Deny ')
    .replace('2. Deny ', '2. Allow');
  expect(readQuestion(swapped.split('\n'))?.kind).toBe('other');
});

/** {@link TO_A_TERMINAL} with something changed. */
const changed = (from: string, to: string) => TO_A_TERMINAL.replace(from, to).split('\n');

test.each([
  ['a number is missing', changed('  2. No', '  3. No')],
  ['nothing is selected', changed('› 1.', '  1.')],
  ['two are selected', changed('  2. No', '› 2. No')],
  [
    'the last is not a no',
    changed('  2. No, and tell Codex what', '  2. Yes, and tell Codex what'),
  ],
  ['two have one key', changed('(esc)', '(y)')],
  ['the title is another', changed('Would you like', 'Shall I')],
  ['the top is off the screen', changed('• Running cat', '  the end of something')],
  ['what is above the title is off the screen', TO_A_TERMINAL.split('\n').slice(3)],
  ['a row between the choices is of neither', changed('  2. No', '  or\n  2. No')],
  ['there may be more choices', changed('\n\n  Press', '\n↓\n  Press')],
  ['something unknown is said', changed('Environment: local', 'Danger: much')],
])('%s: it is not understood', (_, rows) => {
  const read = readQuestion(rows);
  expect(read).toMatchObject({ kind: 'other', choices: [], command: null });
  expect(read?.text.length).toBeGreaterThan(5);
});
