/**
 * Writes text with attributes and links ("looks"), each as the shortest difference from the one
 * before.
 */
import { DEFAULT_LOOK, type Look, lookOf, sameLook, sgr } from './attributes.ts';
import type { LinkData } from './emulator-internals.ts';

/**
 * UTF-16 units of links in one serialized screen; cells beyond that have no link. Each change of
 * link repeats its text, so two long links in alternating cells would take some hundred MB.
 */
const LINKS_MAX_UNITS = 2 * 1024 * 1024;
/** Programs use some dozens; for a program with a colour for each cell a cache gains nothing. */
const LOOKS_MAX = 256;

export class LookWriter {
  protected out = '';
  protected look: Look = DEFAULT_LOOK;
  readonly #encoded: Uint8Array[] = [];
  readonly #links: (id: number) => LinkData | undefined;
  /** Caches looks without underline style and link, and the SGR for each. */
  readonly #looks = new Map<number, { cell: [number, number]; look: Look }>();
  readonly #sgr = new Map<Look, string>();
  #linkUnits = 0;

  constructor(links: (id: number) => LinkData | undefined) {
    this.#links = links;
  }

  /** Writes sequences that do not change the attributes. */
  raw(text: string): void {
    this.out += text;
  }

  /** Returns what was written since the last call, in pieces. */
  take(): Uint8Array[] {
    this.encode();
    return this.#encoded.splice(0);
  }

  /**
   * Written early, as a growing string in V8 is a tree of its parts, which each garbage collection
   * visits.
   */
  protected encode(): void {
    this.#encoded.push(Buffer.from(this.out));
    this.out = '';
  }

  setLook(look: Look): void {
    if (sameLook(look, this.look)) return;
    if (look.link !== this.look.link) this.#writeLink(look.link);
    if (
      look.fg !== this.look.fg ||
      look.bg !== this.look.bg ||
      look.extended !== this.look.extended
    ) {
      this.out += this.#sgr.get(look) ?? sgr(look);
    }
    this.look = look;
  }

  #writeLink(id: number): void {
    const link = this.#linkUnits < LINKS_MAX_UNITS ? this.#links(id) : undefined;
    const text = `\x1b]8;${link?.id ? `id=${link.id}` : ''};${link?.uri ?? ''}\x1b\\`;
    this.#linkUnits += text.length;
    this.out += text;
  }

  /** One object for equal attributes, so that their SGR is built once. */
  protected plainLook(fg: number, bg: number): Look {
    if (fg === 0 && bg === 0) return DEFAULT_LOOK;
    const key = fg * 0x1_0000 + (bg ^ (fg << 3));
    const known = this.#looks.get(key);
    if (known?.cell[0] === fg && known.cell[1] === bg) return known.look;
    const look = lookOf(fg, bg);
    if (this.#looks.size >= LOOKS_MAX) {
      this.#looks.clear();
      this.#sgr.clear();
    }
    this.#looks.set(key, { cell: [fg, bg], look });
    this.#sgr.set(look, sgr(look));
    return look;
  }
}
