/**
 * Private parts of @xterm/headless 6.0.0 that serializing a screen exactly needs: saved cursor,
 * margins, tab stops, charsets, pending wrap, parser state. Hence the version is pinned, and the fuzz
 * tests fail if one of them changes.
 */

export interface ExtendedAttributes {
  /** Underline style in bits 26–28, underline colour in bits 0–25. */
  _ext: number;
  urlId: number;
  clone(): ExtendedAttributes;
}

export interface AttributeData {
  fg: number;
  bg: number;
  extended: ExtendedAttributes;
  updateExtended(): void;
}

export interface Line {
  /** Three words per cell: content, foreground, background. */
  _data: Uint32Array;
  _combined: Record<number, string | undefined>;
  _extendedAttrs: Record<number, ExtendedAttributes | undefined>;
  length: number;
  isWrapped: boolean;
  getWidth(index: number): number;
  insertCells(at: number, count: number, fill: AttributeData): void;
  setCellFromCodepoint(
    index: number,
    codePoint: number,
    width: number,
    attributes: AttributeData,
  ): void;
  /** A width of 0 leaves the cell's width unchanged. */
  addCodepointToCell(index: number, codePoint: number, width: number): void;
}

/** @returns what ends the subscription */
type Event<T> = (listener: (event: T) => void) => { dispose(): void };

export interface LineList {
  /** This many lines are gone from the beginning. */
  readonly onTrim: Event<number>;
  readonly onInsert: Event<{ index: number; amount: number }>;
  readonly onDelete: Event<{ index: number; amount: number }>;
  readonly length: number;
  readonly isFull: boolean;
  get(index: number): Line | undefined;
  set(index: number, line: Line): void;
  /** Makes the oldest line the newest, keeping its content, and returns it. */
  recycle(): Line;
}

export interface ScreenBuffer {
  readonly lines: LineList;
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: Record<number, boolean | undefined>;
}

export interface Params {
  readonly params: Int32Array;
  readonly length: number;
  reset(): void;
}

export type Charset = Record<string, string> | undefined;

export interface InputHandler {
  parse(data: Uint8Array): void;
  print(data: Uint32Array, start: number, end: number): void;
  saveCursor(): boolean;
  restoreCursor(): boolean;
  softReset(params: Params): boolean;
  setModePrivate(params: Pick<Params, 'params' | 'length'>): boolean;
  resetModePrivate(params: Pick<Params, 'params' | 'length'>): boolean;
  eraseInDisplay(params: Params, selective: boolean): boolean;
  cursorPosition(params: Params): boolean;
  hVPosition(params: Params): boolean;
  cursorCharAbsolute(params: Params): boolean;
  charPosAbsolute(params: Params): boolean;
  cursorForward(params: Params): boolean;
  cursorBackward(params: Params): boolean;
  hPositionRelative(params: Params): boolean;
  backspace(params: Params): boolean;
  selectCharset(collectAndFlag: string): boolean;
  _restrictCursor(): void;
  /** The background of erased cells; always the same object. */
  _eraseAttrData(): AttributeData;
  _curAttrData: AttributeData;
  _activeBuffer: ScreenBuffer;
  _parser: Parser;
  /** The first byte of `interim` is not 0 while a character is incomplete. */
  readonly _utf8Decoder: { readonly interim: Uint8Array };
}

interface StringParser {
  put(data: Uint32Array, start: number, end: number): void;
  reset(): void;
  _state: number;
}

export interface Parser {
  currentState: number;
  precedingJoinState: number;
  readonly _params: Params;
  setPrintHandler(handler: (data: Uint32Array, start: number, end: number) => void): void;
  registerCsiHandler(
    id: { prefix?: string; final: string },
    handler: (params: Params) => boolean,
  ): unknown;
  _oscParser: StringParser & { start(): void };
  _dcsParser: StringParser & { hook(ident: number, params: Params): void };
}

export interface PrivateModes {
  applicationCursorKeys: boolean;
  applicationKeypad: boolean;
  bracketedPasteMode: boolean;
  cursorBlink: boolean | undefined;
  cursorStyle: 'block' | 'underline' | 'bar' | undefined;
  origin: boolean;
  reverseWraparound: boolean;
  sendFocus: boolean;
  synchronizedOutput: boolean;
  wraparound: boolean;
}

export interface LinkData {
  id: string | undefined;
  uri: string;
}

export interface Core {
  readonly cols: number;
  readonly rows: number;
  readonly buffers: { normal: ScreenBuffer; alt: ScreenBuffer; active: ScreenBuffer };
  readonly options: { convertEol: boolean; cursorBlink: boolean };
  readonly coreService: {
    isCursorHidden: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: PrivateModes;
  };
  readonly coreMouseService: { activeProtocol: string; activeEncoding: string };
  readonly unicodeService: {
    activeVersion: string;
    register(provider: {
      version: string;
      wcwidth(codePoint: number): 0 | 1 | 2;
      charProperties(codePoint: number, preceding: number): number;
    }): void;
  };
  readonly _charsetService: {
    charset: Charset;
    glevel: number;
    _charsets: Charset[];
    setgCharset(g: number, charset: Charset): void;
    setgLevel(g: number): void;
  };
  readonly _oscLinkService: {
    registerLink(data: LinkData): number;
    addLineToLink(id: number, line: number): void;
    getLinkData(id: number): LinkData | undefined;
  };
  readonly _inputHandler: InputHandler;
  resize(cols: number, rows: number): void;
}

/** Some states of the emulator's parser (after vt100.net's state machine), by its own numbers. */
export const ParserState = {
  ground: 0,
  lastOfCsi: 6,
  sosPmApc: 7,
  osc: 8,
} as const;

/** Neither a sequence nor a character is incomplete. */
export function isAtRest({ _parser, _utf8Decoder }: InputHandler): boolean {
  return _parser.currentState === ParserState.ground && _utf8Decoder.interim[0] === 0;
}

/** Bits of a cell's three words. */
export const Cell = {
  widthShift: 22,
  width: 0xc00000,
  combined: 0x200000,
  hasContent: 0x3fffff,
  codePoint: 0x1fffff,
  colorMode: 0x3000000,
  color: 0x3ffffff,
  rgb: 0xffffff,
  p16: 0x1000000,
  p256: 0x2000000,
  inverse: 0x4000000,
  bold: 0x8000000,
  underline: 0x10000000,
  blink: 0x20000000,
  invisible: 0x40000000,
  strikethrough: 0x80000000,
  italic: 0x4000000,
  dim: 0x8000000,
  hasExtended: 0x10000000,
  overline: 0x40000000,
  /**
   * A bit of ours in the background: the cell was printed after a cluster of disputed width,
   * without an address in between (clusters.ts). The emulator ignores it.
   */
  flowed: 0x80000000,
} as const;
