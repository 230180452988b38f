/**
 * Hostile output, straight into what reads a program's output: the scanner and the model of the
 * screen. Nothing may throw, hold the loop, or grow; afterwards the screen still shows text.
 */

import { StreamScanner } from '../../src/supervisor/program/stream-scanner.ts';
import { Screen } from '../../src/supervisor/screen/screen.ts';
import { FullScreen, plainStream } from '../support/screen/cluster-streams.ts';
import { JUDGES, reattached } from '../support/screen/judges.ts';
import { families, Random, streamOf } from '../support/screen/screen-streams.ts';
import { GROWTH_STREAMS } from './growth-streams.ts';
import { KILLERS, OPENERS, SEQUENCES } from './sequences.ts';

const MB = 1024 * 1024;
/** As much as one read of a terminal. */
const CHUNK_BYTES = 64 * 1024;
/** Of dense control sequences, which cost the emulator a hundred times as much as text does. */
const DENSE_BYTES = 4 * 1024;
/** What one string of 100 MB without an end is made of. */
const UNENDING_BYTES = 100 * MB;
/** Heap of one screen with its scrollback, and what V8 has not collected yet. */
const RSS_MAX_BYTES = 600 * MB;
/** … of which so much after a collection. */
const USED_MAX_BYTES = 200 * MB;
const SCROLLBACK = 1_000;
/** Of clusters, of each kind and for each judge of widths. */
const CLUSTER_STREAMS = 50;
/** Of each stream that makes a screen grow. */
const GROWTH_BYTES = 8 * MB;

/** Only where Node was started with `--expose-gc`. */
const collect = (globalThis as { gc?: () => void }).gc;

export interface TerminalFuzzOptions {
  seed: number;
  bytes: number;
  /** Of one unterminated string. */
  unendingBytes?: number;
  /** Called now and then. */
  progress?: (report: TerminalFuzzReport) => void;
}

export interface TerminalFuzzReport {
  seed: number;
  bytes: number;
  prefixes: number;
  /** Times that the emulator threw inside, and was replaced. */
  broken: number;
  errors: Record<string, number>;
  /** Processor time of the slowest piece, with what the collector did in it. */
  worstPieceMs: number;
  worstScanMs: number;
  maxRssBytes: number;
}

export async function terminalFuzz(options: TerminalFuzzOptions): Promise<TerminalFuzzReport> {
  const run = new TerminalFuzz(options);
  run.everyPrefix();
  await turn();
  run.unending();
  await turn();
  run.killers();
  await run.clusters();
  await run.growth();
  await run.volume();
  return run.report;
}

/** As between two reads of a terminal: what waits for the loop gets it. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class TerminalFuzz {
  readonly report: TerminalFuzzReport;
  readonly #options: TerminalFuzzOptions;
  readonly #random: Random;
  readonly #scanner: StreamScanner;
  #screen: Screen;
  #lastProgressAt = Date.now();

  constructor(options: TerminalFuzzOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.report = {
      seed: options.seed,
      bytes: 0,
      prefixes: 0,
      broken: 0,
      errors: {},
      worstPieceMs: 0,
      worstScanMs: 0,
      maxRssBytes: 0,
    };
    const nothing = () => {};
    this.#scanner = new StreamScanner({
      onTitle: nothing,
      onStatus: nothing,
      onQuery: nothing,
    });
    this.#screen = this.#fresh();
  }

  /** Each sequence cut at each byte, followed by text and by the beginning of another one. */
  everyPrefix(): void {
    for (const sequence of SEQUENCES) {
      const bytes = Buffer.from(sequence, 'latin1');
      for (let length = 1; length <= bytes.length; length++) {
        this.#feed(bytes.subarray(0, length));
        this.#feed(Buffer.from(this.#random.pick(SEQUENCES), 'latin1'));
        this.report.prefixes++;
        if (this.report.prefixes % 16 === 0) this.#expectAlive(sequence);
      }
    }
  }

  /** Strings of 100 MB that do not end. */
  unending(): void {
    const filler = Buffer.alloc(CHUNK_BYTES, 'never ending; ');
    for (const opener of OPENERS) {
      const wanted = Math.min(this.#options.unendingBytes ?? UNENDING_BYTES, this.#options.bytes);
      this.#feed(Buffer.from(opener, 'latin1'));
      for (let fed = 0; fed < wanted; fed += filler.length) this.#feed(filler);
      // A client that attaches in the middle of it is shown the screen all the same.
      this.#screen.serialize();
      this.#expectAlive(opener);
    }
  }

  killers(): void {
    for (const killer of KILLERS) {
      this.#renew();
      this.#feed(Buffer.from(killer, 'latin1'));
      this.#expectAlive(killer);
    }
  }

  /** Each kind of terminal shows clusters after reattaching as it has shown them before. */
  async clusters(): Promise<void> {
    for (let left = CLUSTER_STREAMS; left > 0; left--) {
      const seed = this.#random.int(2 ** 30);
      for (const judge of JUDGES) {
        const drawn = new FullScreen(seed, judge !== 'legacy').stream();
        for (const { size, output } of [plainStream(seed), drawn]) {
          const { live, attached } = reattached(judge, size, output);
          if (live.join('\n') !== attached.join('\n'))
            throw this.#finding(`${judge} differs after ${JSON.stringify(output)}`);
        }
      }
      await turn();
    }
  }

  /** Streams that would be kept without end, were they let: 3 GB of marks, for one. */
  async growth(): Promise<void> {
    for (const [name, stream] of Object.entries(GROWTH_STREAMS)) {
      this.#renew();
      const until = this.report.bytes + Math.min(GROWTH_BYTES, this.#options.bytes / 40);
      for (const piece of stream()) {
        this.#feed(Buffer.from(piece));
        if (this.report.bytes > until) break;
        await turn();
      }
      if (collect) this.#expectBounded();
      this.#screen.serialize();
      this.#expectAlive(name);
    }
    this.#renew();
  }

  async volume(): Promise<void> {
    const { bytes } = this.#options;
    const until = this.report.bytes + bytes;
    while (this.report.bytes < until) {
      await turn();
      const kind = this.#random.int(100);
      if (kind < 40) this.#randomBytes(CHUNK_BYTES);
      else if (kind < 70) this.#randomBytes(CHUNK_BYTES, this.#random.pick(SPARSE));
      else if (kind < 95) this.#randomBytes(DENSE_BYTES, this.#random.pick(DENSE));
      else this.#family();
      if (this.#random.chance(2)) this.#screen.resize(this.#size(200), this.#size(80));
      if (this.#random.chance(1)) this.#expectAlive('random bytes');
      if (this.#random.chance(1)) this.#renew();
      this.#tellProgress();
    }
  }

  #randomBytes(length: number, alphabet?: Uint8Array): void {
    const chunk = Buffer.allocUnsafe(length);
    randomFill(chunk, this.#random);
    if (alphabet)
      for (let at = 0; at < chunk.length; at++) chunk[at] = alphabet[chunk[at] as number] as number;
    this.#feed(chunk);
  }

  #family(): void {
    const { bytes } = streamOf(this.#random.pick(families), this.#random.int(2 ** 30));
    this.#feed(bytes);
  }

  #feed(chunk: Uint8Array): void {
    this.report.bytes += chunk.length;
    const begun = performance.now();
    this.#scanner.push(chunk);
    const scanned = performance.now();
    this.report.worstScanMs = Math.max(this.report.worstScanMs, scanned - begun);
    this.#screen.write(chunk);
    let before = cpuMs();
    while (this.#screen.unparsedBytes > 0) {
      this.#screen.parsePiece();
      const now = cpuMs();
      this.report.worstPieceMs = Math.max(this.report.worstPieceMs, now - before);
      before = now;
    }
    this.#screen.flush();
    this.#screen.tidy();
  }

  /** After CAN, ST and a reset the screen shows what is written to it. */
  #expectAlive(after: string): void {
    this.#screen.resize(80, 24);
    this.#feed(Buffer.from('\x18\x1b\\\x1bcalive\r\n'));
    if (!this.#scanner.atRest) throw this.#finding(`the scanner is stuck after ${show(after)}`);
    if (this.#screen.text()[0] !== 'alive')
      throw this.#finding(`the screen shows no text after ${show(after)}`);
    const { rss } = process.memoryUsage();
    this.report.maxRssBytes = Math.max(this.report.maxRssBytes, rss);
    if (rss > RSS_MAX_BYTES) this.#expectBounded();
  }

  /** What is used, and not only waiting to be collected. */
  #expectBounded(): void {
    collect?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    if (heapUsed + arrayBuffers > USED_MAX_BYTES)
      throw this.#finding(`${Math.round((heapUsed + arrayBuffers) / MB)} MB are in use`);
  }

  #finding(what: string): Error {
    return new Error(`${what}\n${JSON.stringify(this.report)}`);
  }

  #size(below: number): number {
    return 1 + this.#random.int(below);
  }

  #renew(): void {
    this.#screen.dispose();
    this.#screen = this.#fresh();
  }

  #fresh(): Screen {
    return new Screen({
      cols: 80,
      rows: 24,
      scrollback: SCROLLBACK,
      onBroken: (error) => {
        this.report.broken++;
        const text = error instanceof Error ? error.message : String(error);
        this.report.errors[text] = (this.report.errors[text] ?? 0) + 1;
      },
    });
  }

  #tellProgress(): void {
    if (Date.now() - this.#lastProgressAt < 10_000) return;
    this.#lastProgressAt = Date.now();
    this.#options.progress?.(this.report);
  }
}

/** Of this process: others that keep the processor busy do not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** xorshift, seeded for each chunk: some GB a second would not be too many. */
function randomFill(chunk: Buffer, random: Random): void {
  let state = random.int(2 ** 31) + 1;
  for (let at = 0; at + 4 <= chunk.length; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    chunk.writeInt32LE(state, at);
  }
}

/** Tables that turn uniform bytes into streams that reach deep into a parser. */
const DENSE: readonly Uint8Array[] = [
  alphabet(
    '\x1b\x1b\x1b\x1b[[[[]P_^X\\\x07\x18\x1a0123456789;:;?><=!$ "\'#%&()*+,-./ABCDEFGHJKLMPSTXZ@abcdefghilmnpqrstux{|}~`\r\n\b\t\x0e\x0f\x7f\x80\x9b\x9c\x9d\x90é',
  ),
  alphabet('\x1b[[[0123456789;;:mmmmmmHJKABCD \x1b[abcdef'),
  alphabet('\x1b[?1049hl2004r;7 26MLSTPX@20H99999\n'),
];

const SPARSE: readonly Uint8Array[] = [
  alphabet('hello world, this is text \r\n\t\xe6\xbc\xa2\xf0\x9f\x99\x82\xcc\x81'),
  alphabet('\x1b]0127;58?\x07\x1b\\Pq+$|payload/=;:x'),
  alphabet('\x1b]_P^X some long string payload \xe6\xbc\xa2 that seldom ends 0123456789;'),
];

function alphabet(characters: string): Uint8Array {
  const bytes = Buffer.from(characters, 'latin1');
  return Uint8Array.from({ length: 256 }, (_, at) => bytes[at % bytes.length] as number);
}

function show(bytes: string): string {
  return JSON.stringify(bytes.slice(0, 60));
}
