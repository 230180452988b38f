/**
 * Seeded random output of the kind that scrolls by, and now and then something else in it. Bytes in
 * latin1, so that characters can be ill-formed.
 */
import { Random, type Size } from './screen-streams.ts';

export interface SkippableStream {
  size: Size;
  scrollback: number;
  parts: (Uint8Array | Size)[];
  random: Random;
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const TEXT = [
  ...['a', 'word ', 'a longer piece of text, ', '\t', '\x07'],
  ...['é', '─', '…', '漢', '🙂', '\u00a0', '\ufeff'].map(utf8),
];
const BACK = ['\b', 'x\b\b'];
const MARKS = ['e\u0301', '\u0301', '👩\u200d🚀', '漢\u0308'].map(utf8);

const ATTRIBUTES =
  '1 2 3 4 5 7 8 9 21 22 23 24 27 29 31 39 45 49 53 55 59 97 104 38;5;99 48;2;1;2;3 58;5;7 1;31 ;1 38'
    .split(' ')
    .map((numbers) => `\x1b[${numbers}m`);
const RESETS = ['\x1b[m', '\x1b[0m', '\x1b[0;1;34m', '\x1b[0;4;58;5;9m'];

/**
 * What may not be skipped; the most harmful of it is undone sooner or later. Without DECAWM: the
 * emulator does what is cut within a line without it in another way than what is not.
 */
const OTHERS = [
  ...['\x1b[2;3r', '\x1b[r', '\x1b[r', '\x1b[4h', '\x1b[4l', '\x1b[?45h', '\x1b[?45l', '\x1b[?7l'],
  ...['\x1b[?6h', '\x1b[?6l', '\x1b[20h', '\x1b[20l', '\x1b(0', '\x1b(B', '\x0e', '\x0f'],
  ...[
    '\x1b7',
    '\x1b8',
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1b[?1049l',
    '\x1b[H',
    '\x1b[2;4H',
    '\x1b[A',
  ],
  ...['\x1b[K', '\x1b[1J', '\x1b[2J', '\x1b[L', '\x1b[3b', '\x1b[2S', '\x1bM', '\x1bD', '\x1bE'],
  ...[
    '\x1b#8',
    '\x1b[!p',
    '\x1b[!p',
    '\x1bc',
    '\x1bH',
    '\x1b[3g',
    '\x0b',
    '\x0c',
    '\x7f',
    '\x00',
    '\x18',
  ],
  ...['\x1b]8;;https://example.org\x07', '\x1b]8;;\x07', '\x1b]2;title\x1b\\', '\x1bP1$r\x1b\\'],
  ...[
    '\x1b[4:3m',
    '\x1b[58:2::1:2:3m',
    '\x1b[>4;2m',
    '\x1b[?4m',
    '\x1b[3\x1b[1m',
    '\x1b[1 m',
    '\x1b',
  ],
  ...[
    '\x1b[31',
    '\xc2\x84',
    '\xc2\x85',
    '\xc2\x9b2J',
    '\xc2',
    '\xe2\x80',
    '\x84',
    '\xff',
    '\xf0\x9f',
  ],
];

const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n'];

interface Kind {
  text: string[];
  ends: string[];
  /** Lines of a thousand that have something that may not be skipped. */
  others: number;
  resizes: number;
  /** Of a hundred lines, and of a hundred words. */
  resets: number;
  attributes: number;
  longestLine: number;
  longestPiece: number;
}

/**
 * A mark where the cursor has gone back into a wide character is drawn by the emulator in two ways,
 * after how the text is cut: so no stream has both.
 */
function kindOf(random: Random): Kind {
  const goesBack = random.chance(60);
  return {
    text: [...TEXT, ...(goesBack ? BACK : MARKS)],
    ends: goesBack ? [...ENDS, '\r'] : ENDS,
    others: goesBack ? random.pick([0, 1, 1, 4]) : 0,
    resizes: goesBack ? random.pick([0, 0, 3]) : 0,
    resets: random.pick([0, 5, 30]),
    attributes: random.pick([0, 10, 40]),
    longestLine: random.pick([1, 4, 20]),
    longestPiece: random.pick([20, 500, 4_096, 65_536]),
  };
}

/** `bytes`: about so many. */
export function skippableStream(seed: number, bytes: number): SkippableStream {
  const random = new Random(seed * 65_537 + 11);
  const size = randomSize(random);
  const kind = kindOf(random);
  const parts: (Uint8Array | Size)[] = [];
  // What was there before is on the screen, and set.
  let text = kind.others > 0 ? manyOthers(random) : '';
  for (let length = 0; length < bytes; ) {
    const line = lineOf(random, kind);
    text += line;
    length += line.length;
    while (text.length >= kind.longestPiece) {
      const end = 1 + random.int(kind.longestPiece);
      parts.push(Buffer.from(text.slice(0, end), 'latin1'));
      text = text.slice(end);
      if (random.chance(kind.resizes)) parts.push(randomSize(random));
    }
  }
  parts.push(Buffer.from(text, 'latin1'));
  return { size, scrollback: random.pick([0, 5, 50]), parts, random };
}

function lineOf(random: Random, kind: Kind): string {
  let line = '';
  for (let i = random.int(kind.longestLine + 1); i > 0; i--) {
    line += random.pick(kind.text);
    if (random.chance(kind.attributes)) line += random.pick(ATTRIBUTES);
  }
  if (random.chance(kind.resets)) line += random.pick(RESETS);
  if (random.int(1000) < kind.others) line += random.pick(OTHERS);
  return line + random.pick(kind.ends);
}

function manyOthers(random: Random): string {
  let text = '';
  for (let i = random.int(12); i > 0; i--) text += random.pick(OTHERS) + random.pick(TEXT);
  // Otherwise most streams would have nothing that may be skipped.
  return random.chance(80) ? `${text}\x1b\\\x1b[?1049l\x1b[!p\x1b[?45l` : text;
}

function randomSize(random: Random): Size {
  return { cols: 2 + random.int(random.chance(50) ? 12 : 80), rows: 1 + random.int(12) };
}
