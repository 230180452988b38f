/** Nothing of a session stays in the terminal after leaving. */
import { expect, test } from 'vitest';
import { Window } from '../support/desktop/window.ts';
import { ANSWERS, createRig } from '../support/rig/rig.ts';

const MODES = [
  1, 5, 6, 7, 9, 12, 25, 45, 66, 67, 69, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1034,
  1035, 1036, 1039, 1049, 2004, 2026, 2027, 2031, 2048, 9001,
];
const QUESTIONS = [
  ...MODES.map((mode) => `\x1b[?${mode}$p`),
  ...[2, 4, 12, 20].map((mode) => `\x1b[${mode}$p`),
  ...['\x1b[?u', '\x1b[?4m', '\x1b[?1m', '\x1b[?2m'],
  // Cursor, margins, attributes.
  ...[' q', 'r', 's', 'm'].map((what) => `\x1bP$q${what}\x1b\\`),
  ...[10, 11, 12].map((colour) => `\x1b]${colour};?\x1b\\`),
  '\x1b]4;1;?\x1b\\',
];

/** Margins last, as they would hold for what comes after. */
const SETS = [
  '\\033[>7u\\033[>4;2m\\033[>1;2m\\033[?1h\\033=\\033[20h',
  '\\033[?1003h\\033[?1006h\\033[?1004h\\033[?2004h\\033[?2031h\\033[?2048h\\033[?2027h\\033[?9001h',
  '\\033]9;4;1;50\\033\\\\\\033]22;crosshair\\033\\\\\\033[4 q\\033]4;1;rgb:11/22/33\\033\\\\',
  'set-up done\\033[?69h\\033[5;40s\\033[3;10r',
].join('');

const KEYS = ['Up', 'ctrl+a', 'F5'];
const KEY_BYTES = '\x1b[A\x01\x1b[15~';

/** What the keys send, with a program that has asked for nothing. */
async function keysOf(window: Window): Promise<string> {
  const reads = `stty raw -echo; printf 'reads\\r\\n'; head -c ${KEY_BYTES.length} | cat -v; stty sane; echo`;
  const read = window.shell(`clear; ${reads}`);
  await window.waitFor('reads');
  await window.display.press(...KEYS);
  await read;
  return await window.waitFor(/reads\n.+/);
}

test.each(['xterm', 'kitty'] as const)('%s', async (kind) => {
  const rig = createRig({
    codex: `${ANSWERS}
stty raw -echo; printf '${SETS}'; exec sleep 99`,
  });
  const window = await Window.open(rig, kind);
  const state = async () => (await window.ask(QUESTIONS.join(''))).split('\x1b');
  const before = await state();
  const keys = await keysOf(window);
  for (const word of ['start', 'attach']) {
    const attached = window.command(word);
    await window.waitFor('set-up done');
    await window.display.press('ctrl+backslash');
    expect(await window.ended(attached)).toBe(0);
    await window.cleared();
    expect(await state()).toEqual(before);
    expect(await keysOf(window)).toBe(keys);
    await window.shell("clear; printf 'x%.0s' $(seq 100); echo");
    await window.waitFor('x'.repeat(100));
  }
});
