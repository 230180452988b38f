/**
 * Grapheme clusters whose width terminals disagree on. A heart in emoji style (VS16) takes one column in
 * terminals that count code points (xterm) and two in those that count clusters (Ghostty, kitty); a
 * family takes eight and two. So what a program has printed stands in different columns, and a redraw
 * must not move it in either kind of terminal.
 *
 * A cell holds the whole cluster and takes the fewest columns that any terminal gives it, so that it
 * overwrites nothing that may still be visible. Two marks say how the cells around it came about:
 * - *flowed*: printed after the cluster without an address in between, so that each terminal puts it
 *   where the cluster ends there. In a redraw it follows the cluster without an address again.
 * - *beneath*: was there before the cluster, in columns that it takes in some terminals. In a redraw it
 *   is written before the cluster.
 * All other cells are addressed. With mode 2027 the program counts clusters, and so does the model.
 */
import { CHAR_WIDTH, charProperties, ROLE_SHIFT, Role } from '../../terminal/char-width.ts';
import { BENEATH } from './cluster-cells.ts';
import {
  Cell,
  type Core,
  type ExtendedAttributes,
  type Line,
  type Params,
  type ScreenBuffer,
} from './emulator-internals.ts';

/**
 * The state that the emulator passes from one character to the next: whether it joins and two bits
 * of width; and ours: three bits for what may join next, and by how many columns the cluster is
 * wider elsewhere.
 */
const JOIN = 1;
const WIDTH = 6;
export const NARROW = 1 << 1;
const DOUBLE = 2 << 1;
const KIND = 7 << 3;
const PICTOGRAPH = 1 << 3;
const PICTOGRAPH_ZWJ = 2 << 3;
const REGIONAL = 3 << 3;
/** From this bit on the state is ours. */
export const DISPUTED = REGIONAL;
/** A character whose own width is disputed: what follows it is flowed. */
const ALONE = 4 << 3;
const EXTRA_SHIFT = 6;

const SINGLE_UNDERLINE = 1 << 26;

/** Sequences that set the column, possibly to the one where the cursor already is. */
const ADDRESSES = [
  'cursorPosition',
  'hVPosition',
  'cursorCharAbsolute',
  'charPosAbsolute',
  'restoreCursor',
] as const;
/** Sequences that move the cursor by columns from where the cluster has left it. */
const BY_COLUMNS = ['cursorForward', 'cursorBackward', 'hPositionRelative', 'backspace'] as const;

export class Clusters {
  readonly #core: Core;
  readonly #countsClusters: () => boolean;
  /** Shared by all cells without extended attributes of their own. */
  readonly #beneath: ExtendedAttributes;
  readonly #beneathUnderlined: ExtendedAttributes;
  /** What is printed next follows a cluster if the cursor is still in this column of this line. */
  #flows = false;
  #line: Line | undefined;
  #x = 0;

  /** @param countsClusters whether mode 2027 is set */
  constructor(core: Core, countsClusters: () => boolean) {
    this.#core = core;
    this.#countsClusters = countsClusters;
    const { extended } = core._inputHandler._curAttrData;
    this.#beneath = extended.clone();
    this.#beneath._ext |= BENEATH;
    this.#beneathUnderlined = this.#beneath.clone();
    this.#beneathUnderlined._ext |= SINGLE_UNDERLINE;
    this.#followPrinting();
    this.#followCursor();
  }

  /** Whether the next character follows a cluster without an address in between. */
  get flows(): boolean {
    return this.#flows && this.#x === this.#buffer.x && this.#line === this.#cursorLine;
  }

  /** As {@link flows}, but also true if the cursor has moved since; costs nothing. */
  get mayFlow(): boolean {
    return this.#flows;
  }

  get #buffer(): ScreenBuffer {
    return this.#core._inputHandler._activeBuffer;
  }

  get #cursorLine(): Line {
    const { lines, ybase, y } = this.#buffer;
    return lines.get(ybase + y) as Line;
  }

  #followPrinting(): void {
    const input = this.#core._inputHandler;
    const print = input.print.bind(input);
    input.print = (data, start, end) => {
      if (this.#flows) this.#continue();
      print(data, start, end);
      if (this.#flows) this.#pause();
    };
  }

  #continue(): void {
    this.#flows = this.flows;
    if (this.#flows) this.#core._inputHandler._curAttrData.bg |= Cell.flowed;
  }

  #pause(): void {
    this.#core._inputHandler._curAttrData.bg &= ~Cell.flowed;
    this.#line = this.#cursorLine;
    this.#x = this.#buffer.x;
  }

  /** All other sequences that move the cursor leave the line, or the column. */
  #followCursor(): void {
    const input = this.#core._inputHandler;
    const methods = input as unknown as Record<string, (params: Params) => boolean>;
    for (const name of ADDRESSES) {
      const method = methods[name]?.bind(input) as (params: Params) => boolean;
      methods[name] = (params) => {
        this.#flows = false;
        return method(params);
      };
    }
    for (const name of BY_COLUMNS) {
      const method = input[name].bind(input);
      input[name] = (params) => {
        const { flows } = this;
        const handled = method(params);
        if (flows) this.#pause();
        return handled;
      };
    }
  }

  /**
   * Called by the emulator for each character except the usual ones, {@link NARROW}, with the value
   * returned for the character before.
   */
  charProperties(codePoint: number, preceding: number): number {
    const known = charProperties(codePoint);
    const width = known & CHAR_WIDTH;
    if (known === width && preceding < DISPUTED) return width === 0 ? preceding | JOIN : width << 1;
    const role = known >> ROLE_SHIFT;
    const kind = preceding & KIND;
    if (kind === ALONE || (kind === REGIONAL && role !== Role.regional)) this.#flow();
    const alone = width === 0 ? preceding | JOIN : width << 1;
    switch (role) {
      case Role.none:
        return alone;
      case Role.pictograph:
        return kind === PICTOGRAPH_ZWJ
          ? this.#join(preceding, width, PICTOGRAPH)
          : alone | PICTOGRAPH;
      case Role.modifier:
        return kind === PICTOGRAPH ? this.#join(preceding, width, PICTOGRAPH) : alone | ALONE;
      case Role.regional:
        if (kind !== REGIONAL) return alone | REGIONAL;
        this.#flow();
        return DOUBLE | JOIN;
      case Role.spacing:
        return preceding & WIDTH && width > 0
          ? this.#join(preceding, width, 0)
          : alone | (width > 0 ? ALONE : 0);
      case Role.zwj:
        return kind === PICTOGRAPH ? (preceding & ~KIND) | PICTOGRAPH_ZWJ | JOIN : preceding | JOIN;
      case Role.variation:
        this.#flow();
        return this.#style(codePoint, preceding);
      default:
        this.#flow();
        return alone;
    }
  }

  /** The character has columns of its own in terminals that do not join it. */
  #join(preceding: number, width: number, kind: number): number {
    const extra = preceding >> EXTRA_SHIFT;
    this.#markBeneath(extra, width);
    this.#flow();
    return ((extra + width) << EXTRA_SHIFT) | kind | (preceding & WIDTH) | JOIN;
  }

  #style(codePoint: number, preceding: number): number {
    if (codePoint === TEXT_STYLE || (preceding & WIDTH) === DOUBLE) return preceding | JOIN;
    if (this.#countsClusters() && (preceding & WIDTH) === NARROW)
      return (preceding & ~WIDTH) | DOUBLE | JOIN;
    this.#markBeneath(0, 1);
    return preceding | JOIN;
  }

  /** What is printed from here on follows the cluster. */
  #flow(): void {
    this.#flows = true;
    this.#core._inputHandler._curAttrData.bg |= Cell.flowed;
  }

  /** Marks the cells, from the cursor on, that the cluster takes in some terminals. */
  #markBeneath(from: number, count: number): void {
    const { _activeBuffer: buffer, _curAttrData: pen } = this.#core._inputHandler;
    const { x } = buffer;
    const line = this.#cursorLine;
    const end = Math.min(this.#core.cols, x + from + count);
    // One half of a wide character; the cluster has overwritten the other.
    if (x < end && from === 0 && line.getWidth(x) === 0) line.setCellFromCodepoint(x, 0, 1, pen);
    for (let at = x + from; at < end; at++) this.#mark(line, at);
  }

  #mark(line: Line, x: number): void {
    const { _data: data } = line;
    const content = (data[x * 3] as number) & Cell.hasContent;
    const fg = data[x * 3 + 1] as number;
    const bg = data[x * 3 + 2] as number;
    // For a blank cell nothing is written anyway.
    if (content === 0 && fg === 0 && bg === 0) return;
    let extended = fg & Cell.underline ? this.#beneathUnderlined : this.#beneath;
    if (bg & Cell.hasExtended) {
      extended = (line._extendedAttrs[x] as ExtendedAttributes).clone();
      extended._ext |= BENEATH;
    }
    line._extendedAttrs[x] = extended;
    data[x * 3 + 2] = bg | Cell.hasExtended;
  }
}

const TEXT_STYLE = 0xfe0e;
