import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  KEYS,
  type PrintedSession,
  parseFormat,
} from '../../../../src/commands/shared/session-format.ts';

const session = {
  name: 'review',
  project: 'ultra',
  status: 'blocked',
  pid: 7,
  seen: false,
  title: null,
  topic: 'a\u001b[31m\nred\u202e topic',
  exit: { code: 1, signal: null },
} as unknown as PrintedSession;

test.each([
  ['{name}\\t{status}\\n', 'review\tblocked\n'],
  ['{project}:{name}', 'ultra:review'],
  ['<{title}|{contextLeft}|{pid}|{seen}>', '<||7|false>'],
  ['{exit}', '{"code":1,"signal":null}'],
  ['{{{name}}} \\\\t', '{review} \\t'],
  ['plain', 'plain'],
  ['', ''],
])('%j gives %j', (format, line) => {
  expect(parseFormat(format)(session)).toBe(line);
});

test('values are on one line, and harmless', () => {
  expect(parseFormat('{topic}')(session)).toBe('a[31m red topic');
});

test.each([
  ['{nam}', /does not know \{nam\}/, /fullName, name, .*lastLines/],
  ['{}', /does not know \{\}/, /fullName/],
  ['{constructor}', /does not know/, /fullName/],
  ['\\x', /does not know \\x/, /\\t, \\n/],
  ['\\', /does not know/, /\\t/],
  ['{name', /\{ without/, /\{\{ or \}\}/],
  ['name}', /\} without/, /\{\{ or \}\}/],
])('%j is refused', (format, message, hint) => {
  expect(() => parseFormat(format)).toThrow(message);
  try {
    parseFormat(format);
  } catch (error) {
    expect((error as { hint: string }).hint).toMatch(hint);
  }
});

test('the keys are those that docs/json.md has of a session', () => {
  const doc = readFileSync(new URL('../../../../docs/json.md', import.meta.url), 'utf8');
  const [table = ''] = doc.split('Times are ISO 8601');
  const keys = [...table.matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
  );
  expect(keys.sort()).toEqual([...KEYS].sort());
});
