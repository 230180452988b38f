/** Codex in a session finds what it would find in a terminal: answers, focus, a title, a size. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { converse, createCodexRig, READY } from '../support/rig/codex-rig.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';
import { cellsOf } from '../support/terminal/cells.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

async function detach(terminal: Terminal): Promise<void> {
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
}

/** Writes the output, in printf's terms, and keeps what is answered up to the status report, its last. */
function asking(output: string): string {
  return `stty raw -echo; printf '${output}'
a=; while case "$a" in *0n) false;; esac; do a="$a$(dd bs=1 count=1 2>/dev/null)"; done
stty sane; printf '%s' "$a" | tr '\\033' '@' > "$HOME/answers.part"; mv "$HOME/answers.part" "$HOME/answers"; exec cat`;
}

test('started with nobody attached, each question is answered at once, in the colours of the last terminal', async () => {
  const questions =
    '\\033[c\\033[>c\\033[6n\\033[?2026$p\\033[?u\\033[>q\\033]10;?\\033\\\\\\033]11;?\\033\\\\\\033[5n';
  const rig = createRig({ codex: asking(questions) });
  const answers = async () => {
    const file = join(rig.home, 'answers');
    await rig.waitUntil(() => existsSync(file), 'the answers');
    const text = readFileSync(file, 'latin1');
    rmSync(file);
    return text.replace(/@P>\|[^@]*@\\/, '@VERSION');
  };
  const expected = (foreground: string, background: string) =>
    `@[?62;22c@[>1;10;0c@[1;1R@[?2026;2$y@[?0u@VERSION@]10;${foreground}@\\@]11;${background}@\\@[0n`;
  await rig.ok(['start', 'a', '-d']);
  expect(await answers()).toBe(expected('rgb:cccc/cccc/cccc', 'rgb:1e1e/1e1e/1e1e'));
  // A terminal is asked, and answers in its own colours, if it does so in 100 ms: when it is late the
  // supervisor has answered, and knows them from then on…
  let [foreground, background] = ['', 'rgb:1e1e/1e1e/1e1e'];
  for (let n = 1; background === 'rgb:1e1e/1e1e/1e1e'; n++) {
    const terminal = rig.open(['start', `b${n}`]);
    const seen = await answers();
    // One of them may have come first: the terminal has been asked for them before, too.
    [foreground, background] = [10, 11].map(
      (which) => new RegExp(`@\\]${which};([^@]*)@`).exec(seen)?.[1] ?? '',
    ) as [string, string];
    await detach(terminal);
  }
  expect(background).toMatch(/^rgb:/);
  // … which are remembered.
  await rig.ok(['start', 'c', '-d']);
  expect(await answers()).toBe(expected(foreground, background));
});

test('each answer tells of the screen as it was where the question stood, and comes in its turn', async () => {
  // In one write: no question has a chunk of its own.
  const output =
    'ab\\033[6ncd\\033[6n\\033[c\\r\\n\\033[6n\\033[?25l\\033[?25$p\\033[?25h\\033[?25$p\\033[5;7H\\033[6n\\033[5nend';
  const rig = createRig({ codex: asking(output) });
  await rig.ok(['start', '-d']);
  const file = join(rig.home, 'answers');
  await rig.waitUntil(() => existsSync(file), 'the answers');
  expect(readFileSync(file, 'latin1')).toBe(
    '@[1;3R@[1;5R@[?62;22c@[2;1R@[?25;2$y@[?25;1$y@[5;7R@[0n',
  );
});

test('a program that was started with nobody there is told so once, however much it changes meanwhile', async () => {
  // The screen is known to take long; then come many reads that each change what the program says.
  const slow = '\\033[2147483647S\\033[2147483647T'.repeat(40);
  const changes = Array.from(
    { length: 40 },
    (_, n) => `\\033]7501;state=${n % 2 ? 'idle' : 'working'}\\007${'x'.repeat(2_500)}\\r\\n`,
  );
  const codex = `stty raw -echo; printf '${slow}\\033[6n'; dd bs=1 count=6 >/dev/null 2>&1
${asking(`\\033[?1004h${slow}${changes.join('')}\\033[5n`)}`;
  const rig = createRig({ codex });
  await rig.ok(['start', '-d']);
  const file = join(rig.home, 'answers');
  await rig.waitUntil(() => existsSync(file), 'the answers');
  expect(readFileSync(file, 'latin1')).toBe('@[O@[0n');
});

test('the title: state, name and project while attached; the one of before afterwards', async () => {
  const { rig, model } = await createCodexRig();
  const gate = model.hold(/slow/);
  const terminal = rig.open(['start', 'review']);
  await terminal.waitFor(READY);
  await terminal.waitFor((_, { title }) => title === 'idle · review — ultra', {
    what: 'the title',
  });
  terminal.paste('slow', 'enter');
  await terminal.waitFor((_, { title }) => title === 'working · review — ultra', {
    what: 'the title of a session that works',
  });
  gate.release();
  await terminal.waitFor('You said: slow');
  await terminal.waitFor((_, { title }) => /^(idle|done) · review — ultra$/.test(title), {
    what: 'the title after the turn',
  });
  await detach(terminal);
  expect(terminal.title).toBe('');
});

test('focus goes with the last client and comes with the first', async () => {
  const rig = createRig({
    codex: `stty raw -echo; printf '\\033[?1004hready'; exec cat -v > "$HOME/input"`,
  });
  const input = () => readFileSync(join(rig.home, 'input'), 'latin1');
  const first = rig.open(['start']);
  await first.waitFor('ready');
  const second = rig.open(['attach', 'main']);
  await second.waitFor('ready');
  await rig.waitUntil(() => existsSync(join(rig.home, 'input')), 'the program to take input');
  await detach(first);
  expect(input()).not.toContain('^[[O');
  await detach(second);
  await rig.waitUntil(() => input().endsWith('^[[O'), 'focus out');
  const back = rig.open(['attach', 'main']);
  await rig.waitUntil(() => input().endsWith('^[[O^[[I'), 'focus in');
  await detach(back);
});

describe.each([
  ['smaller', 70, 20],
  ['larger', 140, 45],
])('a %s terminal', (_, cols, rows) => {
  /** What a terminal of that size shows of the program, started there and come to later. */
  async function compare(rig: Rig, ready: string, lines = rows): Promise<void> {
    const first = rig.open(['start', 'a']);
    await first.waitFor(ready);
    await detach(first);
    const later = rig.open(['attach', 'a'], { cols, rows });
    const fresh = rig.open(['start', 'b'], { cols, rows });
    await fresh.waitFor(ready);
    const looks = ({ emulator: { xterm } }: Terminal) => cellsOf(xterm, lines).join('\n');
    // Either of them may be the last to be painted.
    await rig.waitUntil(
      () => looks(later) === looks(fresh),
      `the screen of one started there:\n${looks(fresh)}`,
    );
  }

  test('vim', async () => {
    const rig = createRig({
      codex:
        'exec vim -n --clean --cmd "set background=dark" -c "set number" -c "set noruler" "$0"',
    });
    // The last line is for messages, and cleared when the size changes.
    await compare(rig, '#!/bin/sh', rows - 1);
  });

  test('less', async () => {
    const rig = createRig({ codex: 'seq 200 | sed "s/^/line /" | exec less -N' });
    await compare(rig, 'line 10');
  });

  test.each([
    ['alternate screen', []],
    ['inline', ['--', '--no-alt-screen']],
  ])('Codex, %s', async (_, args) => {
    const { rig } = await createCodexRig();
    const first = rig.open(['start', 'a', ...args]);
    await converse(first, 'words that are seen in any size');
    await detach(first);
    const later = rig.open(['attach', 'a'], { cols, rows });
    await later.waitFor('You said: words that are seen in any size');
    await later.waitFor(
      (screen) =>
        screen.split('Ask Codex to do anything').length === 2 &&
        screen.split('\n').filter((line) => READY.test(line)).length === 1,
      { what: 'one composer, with one status line' },
    );
  });

  test('a shell', async () => {
    const rig = createRig();
    const first = rig.open(['start', 'a']);
    await first.waitFor('stand-in ready');
    first.send('seq -f "number %g" 100\r');
    await first.waitFor('number 100');
    await detach(first);
    const later = rig.open(['attach', 'a'], { cols, rows });
    await later.waitFor('number 100');
    const above = Array.from({ length: 100 }, (_, i) => `number ${i + 1}`).join('\n');
    expect(later.history()).toContain(above);
    later.send('echo "it goes on"\r');
    await later.waitFor(/^it goes on/m);
  });
});
