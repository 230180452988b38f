/** One reply to each query, whoever gives it: the terminal in time, or the supervisor in its place. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitUntil } from '../../support/process/wait-until.ts';
import { createRig } from '../../support/rig/rig.ts';

/** Prints what it is told to by lines of a FIFO, and keeps all its input. */
const PROGRAM = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0
stty raw -echo
exec 3<&0
cat <&3 >"$PLACE/input" &
mkfifo "$PLACE/say"
exec 4<>"$PLACE/say"
while IFS= read -r line <&4; do printf '%b' "$line"; done`;

/** A query, a terminal's reply to it, and what the supervisor replies. */
const QUERIES: readonly (readonly [string, string, string, RegExp])[] = [
  ['colour scheme', '\x1b[?996n', '\x1b[?997;2n', /^\x1b\[\?997;1n$/],
  ['capability', '\x1bP+q544e\x1b\\', '\x1bP1+r544e=78\x1b\\', /^\x1bP0\+r544e\x1b\\$/],
  ['setting', '\x1bP$q q\x1b\\', '\x1bP1$r2 q\x1b\\', /^\x1bP0\$r\x1b\\$/],
  ['DA3', '\x1b[=c', '\x1bP!|7E565445\x1b\\', /^\x1bP!\|00000000\x1b\\$/],
  ['size', '\x1b[18t', '\x1b[8;30;99t', /^\x1b\[8;\d+;\d+t$/],
  ['modifyOtherKeys', '\x1b[?4m', '\x1b[>4;2m', /^\x1b\[>4;0m$/],
  ['DA1', '\x1b[c', '\x1b[?62;4c', /^\x1b\[\?62;22c$/],
  ['DA2', '\x1b[>c', '\x1b[>41;354;0c', /^\x1b\[>1;10;0c$/],
  ['version', '\x1b[>q', '\x1bP>|xterm(354)\x1b\\', /^\x1bP>\|codex-sessions\(.*\)\x1b\\$/],
  ['mode', '\x1b[?2004$p', '\x1b[?2004;1$y', /^\x1b\[\?2004;2\$y$/],
  ['kitty flags', '\x1b[?u', '\x1b[?1u', /^\x1b\[\?0u$/],
  ['colour', '\x1b]11;?\x1b\\', '\x1b]11;rgb:00/00/00\x1b\\', /^\x1b\]11;rgb:.*\x1b\\$/],
];
/** Asked last, and never replied to by the terminal: what precedes its reply is all there is. */
const FENCE = ['\x1b[5n', '\x1b[0n'] as const;

function open() {
  const rig = createRig({ codex: PROGRAM });
  const terminal = rig.open(['start'], { answers: false, env: { PLACE: rig.root } });
  const file = join(rig.root, 'input');
  const input = () => (existsSync(file) ? readFileSync(file, 'latin1') : '');
  return {
    rig,
    terminal,
    input,
    /** Until the terminal has been asked. */
    async ask(...queries: string[]): Promise<void> {
      await rig.waitUntil(() => existsSync(join(rig.root, 'say')), 'the program');
      const before = terminal.raw().length;
      const line = queries.join('').replaceAll('\\', '\\\\').replaceAll('\x1b', '\\0033');
      appendFileSync(join(rig.root, 'say'), `${line}\n`);
      const last = queries.at(-1) ?? '';
      await rig.waitUntil(
        () => terminal.raw().subarray(before).toString('latin1').includes(last),
        `the terminal to be asked ${JSON.stringify(last)}`,
      );
    },
    /** Until the program has got this, and all that it has got since `from`. */
    async until(end: string, from: number): Promise<string> {
      await waitUntil(() => input().slice(from).endsWith(end), {
        what: `the program to get ${JSON.stringify(end)}`,
        describe: () => `it has got ${JSON.stringify(input().slice(from))}`,
      });
      return input().slice(from, -end.length || undefined);
    },
  };
}

test('a terminal that replies in time is the only one that does', async () => {
  const { terminal, input, ask, until } = open();
  for (const [what, query, reply, own] of QUERIES) {
    // On a busy machine the supervisor may be the first; the other reply is then not heard.
    for (let got = ''; got !== reply; ) {
      const from = input().length;
      await ask(query, FENCE[0]);
      terminal.send(reply);
      got = await until(FENCE[1], from);
      if (got !== reply) expect(got, what).toMatch(own);
    }
  }
});

test('one that replies after the supervisor did is not heard', async () => {
  const { terminal, rig, input, ask, until } = open();
  for (const [what, query, reply, own] of QUERIES) {
    const from = input().length;
    await ask(query);
    await rig.waitUntil(() => own.test(input().slice(from)), `a reply to ${what}`);
    terminal.send(`${reply}x`);
    expect(await until('x', from), what).toMatch(own);
  }
});

test('what only a terminal can tell is left to it, however late; what comes unasked passes', async () => {
  const { terminal, input, ask, until } = open();
  for (const [query, reply] of [
    ['\x1b[14t', '\x1b[4;600;800t'],
    ['\x1b]4;7;?\x1b\\', '\x1b]4;7;rgb:00/00/00\x1b\\'],
  ] as const) {
    const from = input().length;
    await ask(query, FENCE[0]);
    expect(await until(FENCE[1], from)).toBe('');
    terminal.send(`${reply}x`);
    expect(await until('x', from + FENCE[1].length)).toBe(reply);
  }
  const from = input().length;
  terminal.send('\x1b[?997;2nx');
  expect(await until('x', from)).toBe('\x1b[?997;2n');
});
