/**
 * Streams that make a terminal keep more and more, one for each thing that a program can make it
 * keep. Each goes on for ever, with content that is new all the time where that matters.
 */

const ESC = '\x1b';
const ST = '\x1b\\';
/** About what a program writes at once. */
const PIECE_UNITS = 32 * 1024;

export type Stream = () => Generator<string>;

/** Pieces of `part(0)`, `part(1)` … */
function counted(part: (n: number) => string): Stream {
  return function* () {
    for (let n = 0; ; ) {
      let piece = '';
      while (piece.length < PIECE_UNITS) piece += part(n++);
      yield piece;
    }
  };
}

function repeated(text: string): Stream {
  return counted(() => text);
}

/** A colour that no neighbour has. */
function rgb(n: number): string {
  return `${n & 0xff};${(n >> 8) & 0xff};${(n >> 16) & 0xff}`;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const MARKS = Array.from({ length: 0x50 }, (_, i) => String.fromCodePoint(0x300 + i));
const hex = (n: number, length: number) => n.toString(16).padStart(length, '0');
/** As Codex writes its title where it is asked for the conversation's id. */
const codexTitle = (n: number) =>
  `${ESC}]0;Working | p | 01a201bd-${hex((n >> 16) & 0xffff, 4)}-7${hex(n & 0xfff, 3)}-8fbd-${hex(n, 5)}...\x07`;

/** By name. `a` stands for whatever text. */
export const GROWTH_STREAMS: Readonly<Record<string, Stream>> = {
  'marks on one letter': repeated(`a${'\u0301'.repeat(4_000)}`),
  'different marks on each letter': counted(
    (n) => `a${MARKS.map((_, i) => MARKS[(n + i) % MARKS.length]).join('')}`,
  ),
  'joined emoji without end': counted((n) => `${n % 2_000 === 0 ? '\r\n' : ''}👩\u200d`),
  'marks written by REP and by going back': counted(
    (n) => `${ESC}[${1 + (n % 80)}Ge\u0302${ESC}[5b\u0301\u0301\u0301${n % 97 === 0 ? '\n' : ''}`,
  ),
  'a link for each letter': counted(
    (n) => `${ESC}]8;;https://a.invalid/${'x'.repeat(1_900)}${n}${ST}a`,
  ),
  'links with names': counted((n) => `${ESC}]8;id=${n};https://a.invalid/${n}${ST}a`),
  'links as long as they go': counted(
    (n) => `${ESC}]8;;https://a.invalid/${n}${'x'.repeat(60_000)}${ST}a`,
  ),
  'a link that is never closed': counted((n) =>
    n === 0 ? `${ESC}]8;;https://a.invalid/${ST}` : 'a\n',
  ),
  'underline colours': counted((n) => `${ESC}[4:3;58;2;${rgb(n)}ma`),
  colours: counted((n) => `${ESC}[38;2;${rgb(n)};48;2;${rgb(n * 7)}ma`),
  'wide characters in colours': counted(
    (n) => `${ESC}[38;2;${rgb(n)}m${String.fromCodePoint(0x4e00 + (n % 20_000))}`,
  ),
  titles: counted((n) => `${ESC}]0;${n} ${'title '.repeat(600)}\x07`),
  'titles of Codex': counted(codexTitle),
  'titles on the stack': counted((n) => `${ESC}]2;${n} ${'x'.repeat(4_000)}\x07${ESC}[22t`),
  'status reports': counted(
    (n) =>
      `${ESC}]7501;state=${n % 2 ? 'working' : 'blocked'}:id=a/${n % 5_000}:title=${base64(`title ${n}`)}:msg=${base64('m'.repeat(1_500))}${ST}`,
  ),
  'status that changes': counted(
    (n) =>
      `${ESC}]7501;state=${['working', 'blocked:kind=permission', 'done', 'idle', 'error'][n % 5]}${ST}`,
  ),
  'colours of the palette': counted(
    (n) =>
      `${ESC}]4;${n % 300};rgb:${hex(n & 0xffff, 4)}/1111/2222${ST}${ESC}]${10 + (n % 10)};#${hex(n & 0xffffff, 6)}${ST}`,
  ),
  questions: repeated(`${ESC}[c${ESC}[6n${ESC}[?2026$p${ESC}]11;?\x07${ESC}[?u${ESC}[>q${ESC}[5n`),
  'questions for capabilities': counted(
    (n) => `${ESC}P+q${hex(n, 8)};${'544e;'.repeat(40)}524742${ST}${ESC}P$qm${ST}`,
  ),
  'strings without end': counted((n) => (n === 0 ? `${ESC}]0;` : 'never ending; ')),
  'a device control string without end': counted((n) => (n === 0 ? `${ESC}P1$` : 'never ending; ')),
  'parameters without end': counted((n) => (n === 0 ? `${ESC}[` : '1;22:3;')),
  images: counted(
    (n) =>
      `${ESC}Pq#0;2;0;0;0#0!100~-${'~'.repeat(2_000)}${ST}${ESC}_Ga=T,f=24,s=10,v=10,i=${n};${'AAAA'.repeat(1_000)}${ST}${ESC}]1337;File=inline=1:${'AAAA'.repeat(1_000)}\x07`,
  ),
  clipboards: counted((n) => `${ESC}]52;c;${base64(`${n} ${'clip '.repeat(1_000)}`)}\x07`),
  'keyboards, modes, saved cursors and tab stops': counted(
    (n) =>
      `${ESC}[>${n % 32}u${ESC}[?${n}h${ESC}7${ESC}[${1 + (n % 100)}G${ESC}H${ESC}[?${1000 + (n % 20)}h${ESC}[?${n % 2_000}s${ESC}[>4;${n % 3}m`,
  ),
  screens: counted((n) => `${ESC}[?1049h${n}${ESC}[?1049l${ESC}[?2004h${ESC}[?2004l`),
  'marks of a shell': counted(
    (n) =>
      `${ESC}]133;A\x07$ ${n}${ESC}]133;C\x07\r\n${ESC}]7;file:///${n}\x07${ESC}]1337;SetMark\x07`,
  ),
  'lines that continue': counted((n) => `${n}${'漢a'.repeat(2_000)}`),
  'lines that are inserted': counted(
    (n) => `${ESC}[2;20r${ESC}[2H${ESC}[5L${n}${ESC}[3M${ESC}[r${ESC}[24H\n`,
  ),
  bells: repeated('\x07'),
};
