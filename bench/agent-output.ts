/**
 * Output as a coding agent writes it: 60 % of the bytes are plain lines, 32 % coloured lines of a diff, 8 %
 * boxes that are drawn by cursor addresses in true colour.
 */

const WORDS = 'the session keeps its screen while nobody looks and gives all of it back'.split(' ');
const PLAIN_LINES = 40;
const ROWS = 24;
const BOX_ROWS = 6;
const BOX_COLS = 60;

/** At least `bytes` of it. The same every time. */
export function agentOutput(bytes: number): string {
  const parts: string[] = [];
  const written = { plain: 0, diff: 0, box: 0 };
  let total = 0;
  const add = (kind: keyof typeof written, text: string) => {
    parts.push(text);
    written[kind] += text.length;
    total += text.length;
  };
  for (let n = 0; total < bytes; n++) {
    for (let i = 0; i < PLAIN_LINES; i++) add('plain', `${words(n * PLAIN_LINES + i)}\r\n`);
    for (let i = 0; written.diff < written.plain * (32 / 60); i++) add('diff', diffLine(n + i));
    while (written.box < written.plain * (8 / 60)) add('box', box(n));
  }
  return parts.join('');
}

function words(n: number): string {
  return Array.from({ length: 12 }, (_, i) => WORDS[(n * 7 + i * 5) % WORDS.length]).join(' ');
}

function diffLine(n: number): string {
  const number = `\x1b[2m${String(n % 1000).padStart(4)}\x1b[22m`;
  const text = words(n).slice(0, 56);
  if (n % 3 === 0) return `${number}   ${text}\r\n`;
  const [sign, color] = n % 3 === 1 ? ['+', 32] : ['-', 31];
  return `${number} \x1b[${color}m${sign} ${text}\x1b[39m\r\n`;
}

/** At the bottom of a screen of 24 rows; the cursor is left on its last row. */
function box(n: number): string {
  const top = ROWS - BOX_ROWS;
  let text = '';
  for (let row = 0; row < BOX_ROWS; row++) {
    const edge = row === 0 ? '╭╮' : row === BOX_ROWS - 1 ? '╰╯' : '││';
    const inside =
      edge === '││'
        ? words(n + row)
            .padEnd(BOX_COLS)
            .slice(0, BOX_COLS)
        : '─'.repeat(BOX_COLS);
    text += `\x1b[${top + row};3H\x1b[38;2;${(n * 5) % 256};${(row * 40) % 256};200m${edge[0]}`;
    text += `\x1b[38;2;220;220;${(n * 3) % 256}m${inside}\x1b[38;2;90;90;90m${edge[1]}\x1b[39m`;
  }
  return `${text}\x1b[${ROWS};1H`;
}
