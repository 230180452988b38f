/** The few sequences that the supervisor acts on, found wherever the stream is cut. */
import { describe, expect, it } from 'vitest';
import { replyTo } from '../../../../src/supervisor/program/query-replies.ts';
import {
  STATUS_LIMIT_BYTES,
  StreamScanner,
} from '../../../../src/supervisor/program/stream-scanner.ts';
import { Screen } from '../../../../src/supervisor/screen/screen.ts';

function scan(...chunks: (string | Uint8Array)[]): unknown[] {
  const found: unknown[] = [];
  const scanner = new StreamScanner({
    onTitle: (title) => found.push({ title }),
    onStatus: (report) => found.push({ status: Buffer.from(report).toString('latin1') }),
    onQuery: (query) => found.push(query),
  });
  for (const chunk of chunks) scanner.push(Buffer.from(chunk));
  return found;
}

const CASES: [string, unknown[]][] = [
  ['\x1b]0;⠋ Working | proj\x07', [{ title: '⠋ Working | proj' }]],
  ['\x1b]2;a;b\x1b\\', [{ title: 'a;b' }]],
  ['\x1b]7501;state=idle:app=codex\x1b\\', [{ status: 'state=idle:app=codex' }]],
  ['\x1b]7501;state=working\x07', [{ status: 'state=working' }]],
  ['\x1b]7501;?\x1b\\', [{ type: 'status-query', terminator: 'st' }]],
  ['\x1b[c', [{ type: 'da1' }]],
  ['\x1b[0c', [{ type: 'da1' }]],
  ['\x1b[>c', [{ type: 'da2' }]],
  ['\x1b[5n', [{ type: 'dsr' }]],
  ['\x1b[6n', [{ type: 'cpr', dec: false }]],
  ['\x1b[?6n', [{ type: 'cpr', dec: true }]],
  ['\x1b[?2026$p', [{ type: 'decrqm', mode: 2026, dec: true }]],
  ['\x1b[4$p', [{ type: 'decrqm', mode: 4, dec: false }]],
  ['\x1b]10;?\x1b\\', [{ type: 'osc-color', which: 10, terminator: 'st' }]],
  ['\x1b]11;?\x07', [{ type: 'osc-color', which: 11, terminator: 'bel' }]],
  [
    '\x1b]10;?;?\x07',
    [
      { type: 'osc-color', which: 10, terminator: 'bel' },
      { type: 'osc-color', which: 11, terminator: 'bel' },
    ],
  ],
  ['\x1b]4;7;?\x07', [{ type: 'osc4', index: 7, terminator: 'bel' }]],
  ['\x1b[?u', [{ type: 'kitty' }]],
  ['\x1b[>q', [{ type: 'xtversion' }]],
  ['\x1b[>0q', [{ type: 'xtversion' }]],
  ['\x1b[?4m', [{ type: 'modify-other-keys' }]],
  ['\x1b[?996n', [{ type: 'color-scheme' }]],
  ['\x1b[18t', [{ type: 'size', what: 18 }]],
  ['\x1bP+q544e\x1b\\', [{ type: 'xtgettcap', names: '544e' }]],
  ['\x1bP$qm\x1b\\', [{ type: 'decrqss' }]],
  // Control characters within a sequence do not end it.
  ['\x1b[6\x07n', [{ type: 'cpr', dec: false }]],
  ['\x1b\x07[c', [{ type: 'da1' }]],
  // Not questions, and not reports.
  ['\x1b[1;31m\x1b[6;3H\x1b[u\x1b[s\x1b[2t\x1b[ q\x1b[!p', []],
  ['\x1b]10;#ffffff\x07\x1b]8;;https://x/\x07\x1b]52;c;Zm9v\x1b\\', []],
  ['\x1b]75010;x\x07\x1b]20;x\x07', []],
  // Ended before they were whole.
  ['\x1b]2;cut\x18\x07', []],
  ['\x1b]2;cut\x1a', []],
  ['\x1b]2;cut\x1b[c', [{ type: 'da1' }]],
  ['\x1b[6\x1b[c', [{ type: 'da1' }]],
  ['\x1b[6\x18n', []],
  ['\x1b\x1b[c', [{ type: 'da1' }]],
  ['\x1b_ \x1b]2;inner\x07', [{ title: 'inner' }]],
  ['\x1bP\x07\x1b\\', []],
];

describe('scanner', () => {
  it.each(CASES)('finds in %j', (sequence, expected) => {
    expect(scan(`before ${sequence} after`)).toEqual(expected);
  });

  it.each(CASES)('finds in %j cut at every byte', (sequence, expected) => {
    const bytes = Buffer.from(`a${sequence}b`);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(scan(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(expected);
    }
    expect(scan(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('drops a report over the limit and goes on', () => {
    const report = (length: number) => `\x1b]7501;${'a'.repeat(length)}\x07`;
    expect(scan(report(STATUS_LIMIT_BYTES))).toHaveLength(1);
    expect(scan(report(STATUS_LIMIT_BYTES + 1), '\x1b[c')).toEqual([{ type: 'da1' }]);
  });

  it.each(['\x1b]7501;', '\x1b]2;', '\x1bP', '\x1b_', '\x1b['])('bears 100 MB of %j', (begin) => {
    const chunk = Buffer.alloc(1 << 20, '0');
    expect(scan(begin, ...Array<Buffer>(100).fill(chunk), '\x18\x1b[c')).toEqual([{ type: 'da1' }]);
  });

  it.each<[string, readonly string[], readonly boolean[]]>([
    ['text', ['a', '\x1b[1mé'], [true, true]],
    ['blanks and control characters', [' \r\n\x07\x7f', '\t \x1b[K '], [false, false]],
    [
      'titles, reports, queries',
      ['\x1b]0;[ ! ] Action Required\x07\x1b]7501;state=idle\x07\x1b[c'],
      [false],
    ],
    ['a title in two chunks', ['\x1b]2;one', ' two\x07', 'x'], [false, false, true]],
    [
      'the empty frames of 0.171',
      ['\x1b[?2026h\x1b[39m\x1b[0m\x1b[28;3H\x1b[?25h\x1b[?2026l'],
      [false],
    ],
    ['text behind a title', ['\x1b]0;Working\x07\x1b[H◦'], [true]],
  ])('tells whether it shows text: %s', (_, chunks, expected) => {
    const scanner = new StreamScanner({ onTitle() {}, onStatus() {}, onQuery() {} });
    const shows = chunks.map((chunk) => {
      scanner.push(Buffer.from(chunk));
      return scanner.showsText;
    });
    expect(shows).toEqual(expected);
  });

  it('finds what is far from everything else', () => {
    const text = 'plain text, nothing else\r\n'.repeat(10_000);
    expect(scan(`${text}\x1b[c${text}\x07${text}\x1b[5n`)).toEqual([
      { type: 'da1' },
      { type: 'dsr' },
    ]);
  });
});

describe('replies', () => {
  const screen = new Screen({ cols: 90, rows: 30, scrollback: 0 });
  screen.write(Buffer.from('\x1b[>7u\x1b[?2004h\x1b[?1003h\x1b[?1006h\x1b[5;9H'));
  const reply = (sequence: string, colors?: Parameters<typeof replyTo>[2]): string[] =>
    scan(sequence).map((query) =>
      Buffer.from(replyTo(query as Parameters<typeof replyTo>[0], screen, colors) ?? '').toString(),
    );

  it.each([
    ['\x1b[c', '\x1b[?62;22c'],
    ['\x1b[>c', '\x1b[>1;10;0c'],
    ['\x1b[5n', '\x1b[0n'],
    ['\x1b[6n', '\x1b[5;9R'],
    ['\x1b[?u', '\x1b[?7u'],
    ['\x1b[?2004$p', '\x1b[?2004;1$y'],
    ['\x1b[?2026$p', '\x1b[?2026;2$y'],
    ['\x1b[?1003$p', '\x1b[?1003;1$y'],
    ['\x1b[?1006$p', '\x1b[?1006;1$y'],
    ['\x1b[?1004$p', '\x1b[?1004;2$y'],
    ['\x1b[?12345$p', '\x1b[?12345;0$y'],
    ['\x1b[>q', '\x1bP>|codex-sessions(0.0.0-test)\x1b\\'],
    ['\x1b[18t', '\x1b[8;30;90t'],
    ['\x1bP+q544e\x1b\\', '\x1bP0+r544e\x1b\\'],
    ['\x1bP+q544e;524742\x1b\\', '\x1bP0+r544e;524742\x1b\\'],
    // What is no name of a capability is not given back.
    ['\x1bP+q\ntouch x\n\x1b\\', '\x1bP0+r\x1b\\'],
    ['\x1bP+q544e\r\x1b\\', '\x1bP0+r\x1b\\'],
    ['\x1bP+q\xc2\x9b5n\x1b\\', '\x1bP0+r\x1b\\'],
    [`\x1bP+q${'54'.repeat(600)}\x1b\\`, '\x1bP0+r\x1b\\'],
    ['\x1bP$q\nm\x1b\\', '\x1bP0$r\x1b\\'],
    ['\x1b[?996n', '\x1b[?997;1n'],
  ])('answers %j', (sequence, expected) => {
    expect(reply(sequence)).toEqual([expected]);
  });

  it('of keyboards has no flags but those that there are', () => {
    const keys = new Screen({ cols: 90, rows: 30, scrollback: 0 });
    const state = (output: string) => {
      keys.write(Buffer.from(output));
      const { kittyFlags, modifyOtherKeys } = keys.modes;
      return { kittyFlags, modifyOtherKeys };
    };
    expect(state('\x1b[>2551u\x1b[>4;2m')).toEqual({ kittyFlags: 0x77, modifyOtherKeys: 2 });
    expect(state('\x1b[=9999;1u\x1b[>4;77m')).toEqual({ kittyFlags: 0x0f, modifyOtherKeys: 2 });
  });

  it('gives the colours of the last terminal, else dark ones, with the terminator of the question', () => {
    expect(reply('\x1b]11;?\x07')).toEqual(['\x1b]11;rgb:1e1e/1e1e/1e1e\x07']);
    const light = { 11: 'rgb:ffff/ffff/ffff' } as const;
    expect(reply('\x1b]11;?\x1b\\', light)).toEqual(['\x1b]11;rgb:ffff/ffff/ffff\x1b\\']);
    expect(reply('\x1b[?996n', light)).toEqual(['\x1b[?997;2n']);
  });
});
