/** Seeded random streams of terminal output, one family for each part of a terminal. */

export type Family = keyof typeof FAMILIES;

export interface Size {
  cols: number;
  rows: number;
}

/** A small generator (mulberry32), so that a seed gives the same stream everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  }

  pick<T>(of: readonly T[]): T {
    return of[this.int(of.length)] as T;
  }

  chance(percent: number): boolean {
    return this.int(100) < percent;
  }
}

type Part = (random: Random, size: Size) => string;

const csi = (final: string, ...params: (number | string)[]): string =>
  `\x1b[${params.join(';')}${final}`;

const ascii: Part = (random, { cols }) => {
  let text = '';
  const length = random.chance(15) ? random.int(cols * 2) : 1 + random.int(12);
  for (let i = 0; i < length; i++) text += String.fromCharCode(32 + random.int(95));
  return text;
};

const WIDE = ['漢', '字', 'ひ', 'ら', '한', '글', '🙂', '🚀', '👩', 'ａ', '，'];
const MARKS = ['\u0301', '\u0308', '\u20dd', '\ufe0f', '\u200d', '\u0e33'];

const unicode: Part = (random, size) => {
  let text = '';
  const length = random.chance(15) ? random.int(size.cols) : 1 + random.int(8);
  for (let i = 0; i < length; i++) {
    const kind = random.int(10);
    if (kind < 5) text += random.pick(WIDE);
    else if (kind < 8) text += random.pick(['a', 'é', 'ß', '─', '█', '…', 'x', ' ']);
    else text += random.pick(MARKS);
  }
  return text;
};

const CLUSTERS = [
  '\u26a0\ufe0f',
  '\u2714\ufe0f',
  '\u26a0\ufe0e',
  '\u231a\ufe0e',
  '1\ufe0f\u20e3',
  '👍🏽',
  '👨‍👩‍👧‍👦',
  '👩🏽‍❤️‍💋‍👨🏿',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '🇩🇪',
  '🇩',
  '🏽',
  'न',
  'क्षि',
  'กำ',
  '\u1100\u1161\u11a8',
  'a\u200bb',
  '\u200d',
  '\ufe0f',
];

const clusters: Part = (random) => {
  let text = '';
  for (let i = 1 + random.int(4); i > 0; i--) {
    text += random.pick(CLUSTERS);
    if (random.chance(40)) text += random.pick([' ', 'x', ' ok', '\x1b[m', '\x1b[44m', '漢']);
  }
  return text;
};

const clustering: Part = (random) => csi(random.pick(['h', 'l']), '?2027');

const move: Part = (random, { cols, rows }) => {
  switch (random.int(8)) {
    case 0:
      return csi(random.pick(['A', 'B', 'C', 'D', 'E', 'F']), random.int(6));
    case 1:
      return csi('G', random.int(cols + 2));
    case 2:
      return csi('d', random.int(rows + 2));
    case 3:
      return random.pick(['\r', '\n', '\r\n', '\b', '\t']);
    case 4:
      return csi('H', 1 + random.int(rows), cols - random.int(3));
    default:
      return csi('H', random.int(rows + 2), random.int(cols + 2));
  }
};

const newLines: Part = (random, { rows }) =>
  '\r\n'.repeat(1 + random.int(random.chance(20) ? rows : 2));

const erase: Part = (random) =>
  csi(random.pick(['J', 'K', 'J', 'K', 'X']), random.chance(90) ? random.int(3) : random.int(9));

const color = (random: Random, base: number): string => {
  switch (random.int(5)) {
    case 0:
      return `${base + random.int(8)}`;
    case 1:
      return `${base + 60 + random.int(8)}`;
    case 2:
      return `${base + 8};5;${random.int(256)}`;
    case 3:
      return `${base + 8};2;${random.int(256)};${random.int(256)};${random.int(256)}`;
    default:
      return `${base + 9}`;
  }
};

const sgr: Part = (random) => {
  if (random.chance(25)) return '\x1b[m';
  const codes: string[] = [];
  for (let i = 1 + random.int(3); i > 0; i--) {
    switch (random.int(7)) {
      case 0:
        codes.push(color(random, 30));
        break;
      case 1:
        codes.push(color(random, 40));
        break;
      case 2:
        codes.push(`4:${random.int(6)}`);
        break;
      case 3:
        codes.push(
          random.pick([
            `58:5:${random.int(256)}`,
            `58:2::${random.int(256)}:${random.int(256)}:${random.int(256)}`,
            '59',
          ]),
        );
        break;
      default:
        codes.push(random.pick('0 1 2 3 4 5 7 8 9 21 22 23 24 25 27 28 29 39 49 53 55'.split(' ')));
    }
  }
  return csi('m', ...codes);
};

const editing: Part = (random, { cols, rows }) => {
  const count = random.chance(5) ? 1_000_000_000 : random.int(random.chance(10) ? cols + 5 : 5);
  switch (random.int(10)) {
    case 0:
      return csi('@', count);
    case 1:
      return csi('P', count);
    case 2:
      return csi('L', Math.min(count, rows + 3));
    case 3:
      return csi('M', Math.min(count, rows + 3));
    case 4:
      return csi('X', count);
    case 5:
      return csi(random.pick(['h', 'l']), 4);
    case 6:
      return csi('b', random.int(20));
    case 7:
      return csi(random.pick([' @', ' A', "'}", "'~"]), random.int(4));
    default:
      return csi(random.pick(['@', 'P', 'L', 'M']), 1);
  }
};

const region: Part = (random, { rows }) => {
  switch (random.int(9)) {
    case 0: {
      const top = 1 + random.int(rows);
      return csi('r', top, top + random.int(rows));
    }
    case 1:
      return '\x1b[r';
    case 2:
      return csi(random.pick(['h', 'l', 'h']), '?6');
    case 3:
      return csi(random.pick(['S', 'T']), random.int(4));
    case 4:
      return random.pick(['\x1bD', '\x1bM', '\x1bE']);
    case 5:
      return csi(random.pick(['L', 'M']), random.int(4));
    case 6:
      return '\n'.repeat(random.int(rows));
    default:
      return random.pick(['\x1bM', '\n']);
  }
};

const screens: Part = (random) =>
  random.pick([
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1b[?1049h',
    '\x1b[?47h',
    '\x1b[?47l',
    '\x1b[?1047h',
    '\x1b[?1047l',
    '\x1b[?1048h',
    '\x1b[?1048l',
    '\x1b7',
    '\x1b8',
    '\x1b7',
    '\x1b8',
    '\x1b[s',
    '\x1b[u',
  ]);

const charsets: Part = (random) =>
  random.pick([
    '\x1b(0',
    '\x1b(B',
    '\x1b)0',
    '\x1b)A',
    '\x1b*4',
    '\x1b+0',
    '\x0e',
    '\x0f',
    '\x1bn',
    '\x1bo',
    '\x1b(A',
    '\x1b(K',
  ]);

const tabs: Part = (random, { cols }) =>
  random.pick([
    '\x1bH',
    '\x1b[g',
    '\x1b[3g',
    '\t',
    '\t\t',
    csi('I', random.int(4)),
    csi('Z', random.int(4)),
    `${csi('G', random.int(cols) + 1)}\x1bH`,
  ]);

const links: Part = (random) => {
  if (random.chance(40)) return '\x1b]8;;\x1b\\';
  const id = random.chance(50) ? `id=${random.int(3)}` : '';
  const end = random.chance(50) ? '\x07' : '\x1b\\';
  return `\x1b]8;${id};https://example.org/${random.int(4)}?a;b=ü${end}`;
};

const modes: Part = (random) => {
  const on = random.pick(['h', 'l', 'h']);
  switch (random.int(12)) {
    case 0:
    case 1:
    case 2:
      return csi(
        on,
        `?${random.pick([1, 5, 7, 12, 25, 45, 66, 1004, 1007, 2004, 2026, 2027, 2031])}`,
      );
    case 3:
    case 4:
      return csi(on, `?${random.pick([9, 1000, 1002, 1003, 1005, 1006, 1015, 1016])}`);
    case 5:
      return csi(on, random.pick([4, 20]));
    case 6:
      return csi('u', `${random.pick(['>', '>', '<', '='])}${random.int(32)}`);
    case 7:
      return csi('m', '>4', random.int(3));
    case 8:
      return csi(' q', random.int(7));
    case 9:
      return random.pick([
        '\x1b=',
        '\x1b>',
        '\x1b[!p',
        '\x1b#8',
        ...(random.chance(10) ? ['\x1bc'] : []),
      ]);
    case 10:
      return random.pick([
        `\x1b]4;${random.int(256)};#${random.int(0xffffff).toString(16).padStart(6, '0')}\x07`,
        `\x1b]${10 + random.int(3)};rgb:11/22/${10 + random.int(89)}\x1b\\`,
        '\x1b]104\x07',
        `\x1b]104;${random.int(256)}\x07`,
        `\x1b]${110 + random.int(3)}\x07`,
        '\x1b]10;?\x07',
      ]);
    default:
      return csi('=u', `=${random.int(32)}`, 1 + random.int(3)).replace('=u', 'u');
  }
};

const KEPT = [
  1, 5, 7, 8, 12, 25, 45, 67, 69, 69, 69, 1000, 1004, 1006, 1007, 1035, 1036, 1042, 1046, 2004,
  2027, 2031, 2048, 7727, 7786, 9001, 424242,
];

/** Set, reset, saved and restored, several in one sequence; now and then a number nobody knows. */
const keptModes: Part = (random) => {
  const some = Array.from({ length: 1 + random.int(4) }, () =>
    random.chance(10) ? random.int(70_000) : random.pick(KEPT),
  );
  return csi(random.pick(['h', 'h', 'l', 'l', 's', 'r']), `?${some.join(';')}`);
};

const settings: Part = (random, { cols }) =>
  random.pick([
    () => csi('s', random.int(cols), random.int(cols + 3)),
    () => '\x1b[s',
    () => `\x1b]9;4;${random.int(5)};${random.int(101)}\x07`,
    () => '\x1b]9;4;0\x1b\\',
    () => `\x1b]22;${random.pick(['', '>', '='])}${random.pick(['wait', 'text,help', ''])}\x1b\\`,
    () => '\x1b]22;<\x07',
    () => `\x1b]21;foreground=red;cursor=#0${random.int(10)}0;selection_background\x07`,
    () => `\x1b]5;${random.int(6)};#010203\x07`,
    () => '\x1b]105;1\x07',
    () => csi(random.pick(['m', 'f']), `>${random.int(8)}`, random.int(4)),
    () => csi(random.pick(['m', 'f', 'n']), `>${random.int(8)}`),
    () => csi(random.pick(['s', 'p', 't', 'T']), `>${random.int(5)}`),
    () => csi(random.pick(['h', 'l']), random.pick([2, 12])),
    () =>
      random.pick(['\x1b[5i', '\x1b[4i', '\x1b G', '\x1b F', '\x1b[62;1"p', '\x1b[?2l', '\x1b[!p']),
  ])();

/** Each with its weight. */
const FAMILIES = {
  'text and SGR': [
    [ascii, 5],
    [sgr, 5],
    [move, 3],
    [newLines, 2],
    [erase, 2],
  ],
  'wide and combining': [
    [unicode, 6],
    [ascii, 1],
    [move, 4],
    [newLines, 1],
    [sgr, 2],
    [erase, 1],
    [editing, 1],
  ],
  'clusters and mode 2027': [
    [clusters, 8],
    [clustering, 1],
    [ascii, 2],
    [move, 4],
    [newLines, 1],
    [sgr, 2],
    [erase, 1],
    [editing, 1],
    [screens, 1],
  ],
  'insert and delete': [
    [ascii, 4],
    [unicode, 1],
    [editing, 6],
    [move, 3],
    [sgr, 2],
    [newLines, 1],
  ],
  'scroll regions and origin mode': [
    [ascii, 3],
    [region, 6],
    [move, 3],
    [newLines, 1],
    [sgr, 1],
    [erase, 1],
  ],
  'alternate screen and saved cursor': [
    [ascii, 4],
    [screens, 4],
    [move, 3],
    [sgr, 2],
    [region, 1],
    [charsets, 1],
    [newLines, 1],
    [erase, 1],
  ],
  'charsets and tabs': [
    [ascii, 4],
    [charsets, 4],
    [tabs, 4],
    [move, 2],
    [screens, 1],
    [newLines, 1],
  ],
  links: [
    [ascii, 3],
    [links, 4],
    [unicode, 1],
    [move, 2],
    [sgr, 2],
    [newLines, 1],
    [erase, 1],
    [editing, 1],
  ],
  'mode changes': [
    [ascii, 3],
    [modes, 7],
    [move, 2],
    [screens, 2],
    [region, 1],
    [newLines, 1],
  ],
  'kept modes and lasting settings': [
    [ascii, 2],
    [keptModes, 6],
    [settings, 4],
    [modes, 2],
    [screens, 1],
    [move, 1],
    [newLines, 1],
  ],
} satisfies Record<string, [Part, number][]>;

export const families = Object.keys(FAMILIES) as Family[];

const SIZES: readonly Size[] = [
  { cols: 20, rows: 6 },
  { cols: 33, rows: 10 },
  { cols: 80, rows: 24 },
  { cols: 11, rows: 4 },
];

export interface Stream {
  size: Size;
  bytes: Buffer;
  random: Random;
}

/** One stream; the same for the same family and seed. */
export function streamOf(family: Family, seed: number): Stream {
  const random = new Random(seed * 8_191 + families.indexOf(family) * 131_071);
  const size = random.pick(SIZES);
  const bag = FAMILIES[family].flatMap(([part, weight]) =>
    Array<Part>(weight as number).fill(part as Part),
  );
  let text = '';
  for (let i = 10 + random.int(50); i > 0; i--) text += random.pick(bag)(random, size);
  return { size, bytes: Buffer.from(text), random };
}

/** The same bytes in random pieces. */
export function cutUp(bytes: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.int(random.chance(50) ? 3 : 40));
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
