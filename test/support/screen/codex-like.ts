/**
 * An endless stream like the one of a Codex that works all day: frames in synchronized output,
 * history pushed above an inline composer through a scroll region, a spinner, colours, a diff, wide
 * characters. The same seed gives the same bytes.
 */

/** mulberry32: small, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'the session model reads every byte 漢字 and draws é it again while tests run in parallel'.split(
    ' ',
  );

/** Frames for a terminal of this size, each a few hundred bytes. */
export function* codexLikeFrames(cols: number, rows: number, seed = 1): Generator<Buffer> {
  const next = random(seed);
  const pick = (count: number) => Math.floor(next() * count);
  const words = () => Array.from({ length: 1 + pick(8) }, () => WORDS[pick(WORDS.length)]);
  const history = () => {
    const line = words().map((word) => `\x1b[38;2;${pick(256)};${pick(256)};${pick(256)}m${word}`);
    return `\r\n\x1b[K${pick(4) === 0 ? '\x1b[48;5;22m' : ''}${line.join(' ')}\x1b[m`;
  };
  for (let frame = 0; ; frame++) {
    let out = '\x1b[?2026h';
    const top = rows - 6;
    if (pick(3) === 0) {
      out += `\x1b[1;${top}r\x1b[${top};1H`;
      for (let i = pick(6); i >= 0; i--) out += history();
      out += '\x1b[r';
    }
    out += `\x1b[${top + 1};1H\x1b[K\x1b[2m•\x1b[22m Working (${frame >> 4}s • \x1b[1mesc\x1b[22m to interrupt)`;
    out += `\x1b[${top + 3};1H\x1b[48;5;237m\x1b[K› ${words().join(' ')}\x1b[m`;
    out += `\x1b[${top + 5};1H\x1b[K\x1b[38;5;102m${pick(100)}% context left\x1b[39m`;
    if (pick(50) === 0) out += `\x1b]0;${'⠋⠙⠹⠸'[frame & 3]} Working | ${pick(9)}\x07`;
    out += `\x1b[${top + 3};${3 + pick(cols - 4)}H\x1b[?25h\x1b[?2026l`;
    yield Buffer.from(out);
  }
}

/** Frames until there are at least so many bytes. */
export function* codexLikeStream(cols: number, rows: number, bytes: number): Generator<Buffer> {
  let sent = 0;
  for (const frame of codexLikeFrames(cols, rows)) {
    if (sent >= bytes) return;
    sent += frame.length;
    yield frame;
  }
}
