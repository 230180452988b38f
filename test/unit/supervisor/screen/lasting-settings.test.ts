/** What a program sets besides modes is undone for a client that leaves, unless it was undone already. */
import { expect, test } from 'vitest';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';

function restoreAfter(output: string): string {
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 0 });
  screen.write(Buffer.from(output));
  const restore = Buffer.from(screen.restoreSequence()).toString();
  screen.dispose();
  return restore;
}

/** A name, what sets it, what a program undoes it with, what we do. */
const SETTINGS: readonly (readonly [string, string, string, string])[] = [
  ['progress', '\x1b]9;4;1;50\x07', '\x1b]9;4;0\x07', '\x1b]9;4;0;0\x1b\\'],
  ['pointer', '\x1b]22;wait\x07', '\x1b]22;\x07', '\x1b]22;\x1b\\'],
  ['pushed pointer', '\x1b]22;>wait\x07', '\x1b]22;<\x07', '\x1b]22;<\x1b\\\x1b]22;\x1b\\'],
  ['color by name', '\x1b]21;cursor=red\x07', '\x1b]21;cursor\x07', '\x1b]21;cursor\x1b\\'],
  ['special color', '\x1b]5;0;red\x07', '\x1b]105\x07', '\x1b]105;0\x1b\\'],
  ['cursor keys', '\x1b[>1;2m', '\x1b[>1m', '\x1b[>1m'],
  ['function keys off', '\x1b[>2n', '\x1b[>2m', '\x1b[>2m'],
  ['key format', '\x1b[>4;1f', '\x1b[>4f', '\x1b[>4f'],
  ['shift and mouse', '\x1b[>1s', '\x1b[>0s', '\x1b[>0s'],
  ['hidden pointer', '\x1b[>2p', '\x1b[>1p', '\x1b[>1p'],
  ['title mode', '\x1b[>0t', '\x1b[>0T', '\x1b[>T'],
  ['locked keyboard', '\x1b[2h', '\x1b[2l', '\x1b[2l'],
  ['local echo', '\x1b[12l', '\x1b[12h', '\x1b[12h'],
  ['printer', '\x1b[5i', '\x1b[4i', '\x1b[4i'],
  ['8-bit replies', '\x1b G', '\x1b F', '\x1b F'],
  ['VT52', '\x1b[?2l', '\x1b[?2h', '\x1b<\x1b[64;1"p'],
  ['side margins', '\x1b[?69h\x1b[5;60s', '', '\x1b[?69l'],
];

test.each(SETTINGS)('%s', (_, set, theirs, ours) => {
  expect(restoreAfter('text')).not.toContain(ours);
  expect(restoreAfter(set)).toContain(ours);
  if (theirs) expect(restoreAfter(set + theirs)).not.toContain(ours);
});

test('a full reset by the program: progress and pointer are undone all the same', () => {
  const restore = restoreAfter('\x1b]9;4;1;50\x07\x1b]22;wait\x07\x1b[2h\x1bc');
  expect(restore).toContain('\x1b]9;4;0;0\x1b\\\x1b]22;\x1b\\');
  expect(restore).not.toContain('\x1b[2l');
});

test('XTSAVE and XTRESTORE', () => {
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 0 });
  screen.write(Buffer.from('\x1b[?2004;1000h\x1b[?25;2004;1000;7s\x1b[?25;2004;1000;7l'));
  expect(screen.modes).toMatchObject({ cursorVisible: false, bracketedPaste: false, mouse: false });
  const copy = new Screen({ cols: 80, rows: 24, scrollback: 0 });
  copy.write(screen.serialize());
  for (const each of [screen, copy]) {
    each.write(Buffer.from('\x1b[?25;2004;1000;7r'));
    expect(each.modes).toMatchObject({
      ...{ cursorVisible: true, bracketedPaste: true, mouseMode: 1000, wraparound: true },
    });
    each.dispose();
  }
});

test('a shape of the cursor: afterwards it blinks only if it did before', () => {
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 0 });
  screen.write(Buffer.from('\x1b[4 q'));
  const restore = (own?: boolean) =>
    Buffer.from(screen.restoreSequence((mode) => (mode === 12 ? own : undefined))).toString();
  expect(restore(false)).toContain('\x1b[0 q\x1b[?12l');
  expect(restore(true)).toContain('\x1b[0 q\x1b[?12h');
  expect(restore()).not.toContain('?12');
  screen.dispose();
});

test('what a DECSTR has reset here and perhaps not in the terminal is undone all the same', () => {
  const restore = restoreAfter('\x1b[4 q\x1b(0\x1b[4h\x1b[3;9r\x1b=\x1b[?25;7l\x1b[!p');
  for (const undo of ['\x1b[0 q', '\x1b(B', '\x1b[4l', '\x1b[r', '\x1b>', '\x1b[?25h', '\x1b[?7h'])
    expect(restore).toContain(undo);
});
