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
import { charWidth, clusterRole, FIRST_UNUSUAL, Role } from '../../terminal/char-width.ts';
import { BENEATH } from './cluster-cells.ts';
import { Cell, type Core, type ExtendedAttributes, type Line } from './emulator-internals.ts';

/**
 * What the emulator hands from one character to the next: whether it joins, two bits of width, and ours:
 * three bits for what may join next, and the columns by which the cluster is wider elsewhere.
 */
const JOIN = 1;
const WIDTH = 6;
const NARROW = 1 << 1;
const DOUBLE = 2 << 1;
const KIND = 7 << 3;
const PICTOGRAPH = 1 << 3;
const PICTOGRAPH_ZWJ = 2 << 3;
const REGIONAL = 3 << 3;
/** A character whose own width is disputed: what follows is flowed. */
const ALONE = 4 << 3;
const EXTRA_SHIFT = 6;

const SINGLE_UNDERLINE = 1 << 26;

export class Clusters {
  readonly #core: Core;
  readonly #countsClusters: () => boolean;
  /** Shared by all cells that have no extended attributes of their own. */
  readonly #beneath: ExtendedAttributes;
  readonly #beneathUnderlined: ExtendedAttributes;

  /** @param countsClusters whether mode 2027 is set */
  constructor(core: Core, countsClusters: () => boolean) {
    this.#core = core;
    this.#countsClusters = countsClusters;
    const { extended } = core._inputHandler._curAttrData;
    this.#beneath = extended.clone();
    this.#beneath._ext |= BENEATH;
    this.#beneathUnderlined = this.#beneath.clone();
    this.#beneathUnderlined._ext |= SINGLE_UNDERLINE;
  }

  /** Called by the emulator for each character, with what this returned for the one before. */
  charProperties(codePoint: number, preceding: number): number {
    const kind = preceding & KIND;
    if (codePoint < FIRST_UNUSUAL && kind < REGIONAL) return NARROW;
    const width = charWidth(codePoint);
    const role = clusterRole(codePoint);
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

  /** A character that has columns of its own in terminals that do not join it. */
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
    this.#core._inputHandler._curAttrData.bg |= Cell.flowed;
  }

  /** Marks the cells from the cursor on that the cluster takes in some terminals. */
  #markBeneath(from: number, count: number): void {
    const { _activeBuffer: buffer, _curAttrData: pen } = this.#core._inputHandler;
    const { x, y, ybase, lines } = buffer;
    const line = lines.get(ybase + y) as Line;
    const end = Math.min(this.#core.cols, x + from + count);
    // Half of a wide character whose other half the cluster has overwritten.
    if (x < end && from === 0 && line.getWidth(x) === 0) line.setCellFromCodepoint(x, 0, 1, pen);
    for (let at = x + from; at < end; at++) this.#mark(line, at);
  }

  #mark(line: Line, x: number): void {
    const { _data: data } = line;
    const content = (data[x * 3] as number) & Cell.hasContent;
    const fg = data[x * 3 + 1] as number;
    const bg = data[x * 3 + 2] as number;
    // Nothing is written for a blank cell anyway.
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

/** All that moves the cursor other than by columns: what is printed then is addressed. */
const MOVES = [
  'cursorUp cursorDown cursorNextLine cursorPrecedingLine cursorCharAbsolute cursorPosition',
  'hVPosition charPosAbsolute linePosAbsolute vPositionRelative cursorForwardTab cursorBackwardTab',
  'restoreCursor lineFeed carriageReturn tab index nextLine reverseIndex insertLines deleteLines',
  'setScrollRegion',
].flatMap((names) => names.split(' '));

/** Notes which characters are printed without an address after a cluster. */
export function trackFlow({ _inputHandler: input }: Core): void {
  const methods = input as unknown as Record<string, (...args: unknown[]) => boolean>;
  const addressed = (): void => {
    input._curAttrData.bg &= ~Cell.flowed;
  };
  for (const name of MOVES) {
    const method = (methods[name] as (...args: unknown[]) => boolean).bind(input);
    methods[name] = (...args) => {
      addressed();
      return method(...args);
    };
  }
  // A mode may switch the screen or move the cursor home.
  for (const name of ['setModePrivate', 'resetModePrivate'] as const) {
    const method = input[name].bind(input);
    input[name] = (params) => {
      const { _activeBuffer: before } = input;
      const { x, y } = before;
      const handled = method(params);
      const after = input._activeBuffer;
      if (after !== before || after.x !== x || after.y !== y) addressed();
      return handled;
    };
  }
  const charAttributes = input.charAttributes.bind(input);
  input.charAttributes = (params) => {
    const flowed = input._curAttrData.bg & Cell.flowed;
    const handled = charAttributes(params);
    input._curAttrData.bg |= flowed;
    return handled;
  };
}
