/** Output with clusters as programs write it: as plain lines, and as a full-screen program does. */
import type { JudgedSize } from './judges.ts';
import { Random } from './screen-streams.ts';

/** One cell each in a terminal that counts code points, too. */
const NARROW = ['⚠️', '✔️', '1️⃣', '❤️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '한', '🙂', '漢'];
const WIDE = ['🇩🇪', '👍🏽', '👨‍👩‍👧‍👦', '👩🏽‍❤️‍💋‍👨🏿', '🏳️‍🌈'];
/** Marks that take a column by themselves. */
const SPACING = ['नमस्ते', 'क्षि', 'กำ'];
const LOOKS = ['\x1b[m', '\x1b[44m', '\x1b[0;41m', '\x1b[0;1m', '\x1b[0;48;5;236m'];

export interface ClusterStream {
  size: JudgedSize;
  output: string;
}

/** Lines that no terminal wraps. */
export function plainStream(seed: number): ClusterStream {
  const random = new Random(seed);
  const size = { cols: 110, rows: 8 };
  let output = random.chance(20) ? '\x1b[?2027h' : '';
  for (let line = random.int(12); line >= 0; line--) {
    for (let left = random.int(8); left > 0; left--) output += plainPart(random);
    output += `${random.chance(30) ? '\x1b[K' : ''}${line > 0 || random.chance(50) ? '\r\n' : ''}`;
  }
  return { size, output };
}

function plainPart(random: Random): string {
  const kind = random.int(10);
  if (kind < 4) return random.pick([...NARROW, ...WIDE, ...SPACING]);
  if (kind < 8) return random.pick(['word', 'a b', ' ', ', ', '漢字']);
  return kind < 9 ? random.pick(LOOKS) : '\x1b[K';
}

interface Cell {
  text: string;
  look: string;
}

/** Frames of a program that counts clusters, and writes only what has changed: ratatui's rules. */
export class FullScreen {
  readonly size = { cols: 40, rows: 6 };
  readonly #random: Random;
  readonly #counts: boolean;
  readonly #clusters: readonly string[];
  #shown: Cell[][];

  /**
   * `counts`: for a terminal that counts clusters; else without mode 2027, and without clusters of
   * which a terminal that counts code points would leave parts behind.
   */
  constructor(seed: number, counts: boolean) {
    this.#counts = counts;
    this.#random = new Random(seed);
    this.#clusters = counts ? [...NARROW, ...WIDE] : NARROW;
    this.#shown = Array.from({ length: this.size.rows }, () => this.#blanks('\x1b[m'));
  }

  stream(): ClusterStream {
    const random = this.#random;
    let output = random.chance(50) ? '\x1b[?1049h' : '';
    if (this.#counts && random.chance(20)) output += '\x1b[?2027h';
    for (let left = 1 + random.int(4); left > 0; left--) {
      const next = this.#shown.map((row) => [...row]);
      for (let changes = 1 + random.int(6); changes > 0; changes--) this.#change(next);
      output += this.#difference(next);
      output += `\x1b[${1 + random.int(this.size.rows)};${1 + random.int(this.size.cols)}H`;
      this.#shown = next;
    }
    return { size: this.size, output };
  }

  #blanks(look: string): Cell[] {
    return Array.from({ length: this.size.cols }, () => ({ text: ' ', look }));
  }

  #columns(text: string): number {
    return this.#clusters.includes(text) ? 2 : 1;
  }

  #change(rows: Cell[][]): void {
    const random = this.#random;
    const y = random.int(rows.length);
    const look = random.pick(LOOKS);
    if (random.chance(30)) {
      rows[y] = this.#blanks(look);
      return;
    }
    const row = rows[y] as Cell[];
    let x = random.int(this.size.cols - 10);
    for (let left = 1 + random.int(6); left > 0 && x < this.size.cols - 8; left--) {
      const texts = random.chance(45) ? [random.pick(this.#clusters)] : random.pick(WORDS);
      for (const text of texts) {
        row[x] = { text, look };
        if (this.#columns(text) === 2) row[x + 1] = { text: ' ', look };
        x += this.#columns(text);
      }
    }
  }

  #difference(rows: Cell[][]): string {
    let output = '';
    let look = '';
    let last = { x: -1, y: -1 };
    for (let y = 0; y < rows.length; y++) {
      let stale = 0;
      let covered = 0;
      for (let x = 0; x < this.size.cols; x++) {
        const [cell, before] = [rows[y]?.[x] as Cell, this.#shown[y]?.[x] as Cell];
        const differs = cell.text !== before.text || cell.look !== before.look || stale > 0;
        if (differs && covered === 0) {
          if (last.y !== y || last.x !== x - 1) output += `\x1b[${y + 1};${x + 1}H`;
          if (cell.look !== look) output += cell.look === '\x1b[44m' ? '\x1b[0;44m' : cell.look;
          output += cell.text;
          look = cell.look;
          last = { x, y };
        }
        const columns = this.#columns(cell.text);
        covered = Math.max(covered - 1, columns - 1);
        stale = Math.max(columns, this.#columns(before.text), stale) - 1;
      }
    }
    return output;
  }
}

const WORDS = ['word', ' ', 'x', ' mind, '].map((word) => [...word]);
