import { describe, expect, test } from 'vitest';
import { explainingLines } from '../../../src/terminal/explaining-lines.ts';

describe('three lines of a screen that tell why its program ended', () => {
  test.each([
    [
      'clap: the error, not the usage below it',
      [
        "error: unexpected argument '--foo' found",
        '',
        '  tip: …',
        '',
        'Usage: codex',
        '  more',
        'For more',
      ],
      ["error: unexpected argument '--foo' found", '  tip: …', 'Usage: codex'],
    ],
    [
      'Node: the error, not the stack',
      [
        'node:internal:1',
        '  throw err;',
        '',
        "Error: Cannot find module 'x'",
        '    at a',
        '    at b',
        '    at c',
        '}',
        '',
        'Node.js v20',
      ],
      ["Error: Cannot find module 'x'", '    at a', '    at b'],
    ],
    [
      'Rust: the error, not its last cause',
      ['Error: cannot connect', '', 'Caused by:', '    0: error sending request', '    1: refused'],
      ['Error: cannot connect', 'Caused by:', '    0: error sending request'],
    ],
    [
      'a panic',
      ["thread 'main' (7) panicked at src/main.rs:1:2:", 'no', 'note: a', 'note: b', 'note: c'],
      ["thread 'main' (7) panicked at src/main.rs:1:2:", 'no', 'note: a'],
    ],
    [
      'Python: it is last',
      ['Traceback', '  File x', '    y()', 'ValueError: no'],
      ['  File x', '    y()', 'ValueError: no'],
    ],
    [
      'the last of several',
      ['error: old', 'a', 'b', 'sh: 1: fatal: new', 'c', 'd', 'e'],
      ['sh: 1: fatal: new', 'c', 'd'],
    ],
    [
      'no error: the last lines',
      ['a', 'errors: 0', 'b', '', 'To continue, run codex resume'],
      ['errors: 0', 'b', 'To continue, run codex resume'],
    ],
    ['nothing', ['', '  '], []],
  ])('%s', (_, lines, shown) => expect(explainingLines(lines, 3)).toEqual(shown));
});
