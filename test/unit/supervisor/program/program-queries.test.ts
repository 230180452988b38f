/** Queries of a program without a client, while a client asks its terminal for the colours. */
import { expect, test } from 'vitest';
import { ProgramQueries } from '../../../../src/supervisor/program/program-queries.ts';
import { StreamScanner } from '../../../../src/supervisor/program/stream-scanner.ts';
import { TerminalColors } from '../../../../src/supervisor/program/terminal-colors.ts';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';

const LIGHT = 'rgb:fdfd/f6f6/e3e3';

function open() {
  let got = '';
  const colors = new TerminalColors();
  const screen = new Screen({ cols: 80, rows: 24, scrollback: 0, onBroken: () => {} });
  const input = {
    queuedBytes: 0,
    write: (bytes: Uint8Array) => {
      got += Buffer.from(bytes).toString('latin1');
    },
  };
  const queries = new ProgramQueries(input, {
    ...{ screen, colors },
    hasTerminal: () => false,
    replyToStatusQuery: () => undefined,
  });
  const scanner = new StreamScanner({
    onTitle: () => {},
    onStatus: () => {},
    onQuery: (query, end) => queries.found(query, end),
  });
  return {
    ...{ colors, queries },
    got: () => got,
    write(text: string): void {
      const chunk = Buffer.from(text);
      scanner.push(chunk);
      queries.draw(chunk);
    },
  };
}

test('they wait for the colours, and keep their order', () => {
  const { colors, queries, got, write } = open();
  colors.await();
  write('\x1b[5n\x1b]11;?\x07\x1b[?996n');
  expect(got()).toBe('');
  colors.learn({ 11: LIGHT });
  colors.over();
  queries.answerAll();
  expect(got()).toBe(`\x1b[0n\x1b]11;${LIGHT}\x07\x1b[?997;2n`);
  write('\x1b[5n');
  expect(got()).toMatch(/\x1b\[0n$/);
});

test('a change is told once, and only to a program that asked for it', () => {
  const { queries, got, write } = open();
  const reply = (color: string) => queries.replied(Buffer.from(`\x1b]11;${color}\x1b\\`));
  expect(reply(LIGHT)).toBe('late');
  expect(got()).toBe('');
  write('\x1b[?2031h');
  reply(LIGHT);
  reply('rgb:ffff/ffff/ffff');
  expect(got()).toBe('\x1b[?997;2n');
  reply('rgb:0000/0000/0000');
  expect(got()).toBe('\x1b[?997;2n\x1b[?997;1n');
});

test('a colour that the program has set is not that of the terminal', () => {
  const { colors, queries, write } = open();
  write('\x1b]11;#ffffff\x07');
  queries.replied(Buffer.from(`\x1b]11;${LIGHT}\x1b\\`));
  queries.replied(Buffer.from(`\x1b]10;${LIGHT}\x1b\\`));
  expect(colors.known).toEqual({ 10: LIGHT });
});
