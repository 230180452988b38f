/** Which title a client's terminal shows, wherever the program's title is cut. */
import { expect, test } from 'vitest';
import type { ProgramObserver } from '../../../../src/supervisor/program/program.ts';
import { StreamScanner } from '../../../../src/supervisor/program/stream-scanner.ts';
import { Titles } from '../../../../src/supervisor/program/titles.ts';
import { Emulator } from '../../../support/terminal/emulator.ts';

const NAME = { name: 'review', project: 'ultra', hash: '00000000' };

/** What a terminal gets of these chunks, and every title that it shows on the way. */
async function shown(chunks: readonly Uint8Array[], titleIsOurs: boolean) {
  const observer = { titleIsOurs, status: { status: 'working' }, onTitle: () => {} };
  const titles = new Titles(NAME, () => observer as unknown as ProgramObserver);
  const scanner = new StreamScanner({
    onTitle: (title, begin, end) => titles.onTitle(title, begin, end),
    onStatus: () => {},
    onQuery: () => {},
  });
  const terminal = new Emulator(80, 5, () => {});
  for (const chunk of chunks) {
    scanner.push(chunk);
    const parts = titles.hasCuts ? [...titles.forClients(chunk)] : [chunk];
    for (const part of parts) await terminal.write(part);
  }
  return { title: terminal.title, text: terminal.screen()[0] };
}

const STREAM = Buffer.from(
  'before \x1b]0;⠋ Working | ultra | 01a201bd-9350\x07after \x1b[1mé\x1b[m',
);

test('the title with state and conversation becomes the session, cut at every byte', async () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const result = await shown([STREAM.subarray(0, cut), STREAM.subarray(cut)], true);
    expect(result, `cut at ${cut}`).toEqual({
      title: 'working · review — ultra',
      text: 'before after é',
    });
  }
  const bytes = [...STREAM].map((byte) => Uint8Array.of(byte));
  expect((await shown(bytes, true)).title).toBe('working · review — ultra');
});

test("a program's own title passes as it is, cut at every byte", async () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const result = await shown([STREAM.subarray(0, cut), STREAM.subarray(cut)], false);
    expect(result, `cut at ${cut}`).toEqual({
      title: '⠋ Working | ultra | 01a201bd-9350',
      text: 'before after é',
    });
  }
});

test('a title ended by ST, and one that is never ended', async () => {
  const st = Buffer.from('\x1b]2;theirs\x1b\\text');
  for (let cut = 0; cut <= st.length; cut++)
    expect(await shown([st.subarray(0, cut), st.subarray(cut)], true)).toEqual({
      title: 'working · review — ultra',
      text: 'text',
    });
  const cancelled = Buffer.from('\x1b]0;never\x18text');
  expect(await shown([cancelled], true)).toEqual({ title: '', text: 'text' });
});
