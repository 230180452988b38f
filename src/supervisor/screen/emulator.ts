/**
 * The terminal emulator behind a session's screen: @xterm/headless, called synchronously (the
 * library's own write() parses in a timer, where an exception would crash the supervisor), and patched
 * where 6.0.0 hangs, throws or differs from terminals.
 */
import * as headless from '@xterm/headless';
import { charWidth, FIRST_UNUSUAL } from '../../terminal/char-width.ts';
import { CLUSTERS, SIDE_MARGINS } from '../../terminal/private-modes.ts';
import { printRuns, printsPlainly } from './ascii-printer.ts';
import { ContentLimit, limitMarks } from './cell-content.ts';
import { Clusters, DISPUTED, NARROW } from './clusters.ts';
import type { Core, ExtendedAttributes, LinkData, ScreenBuffer } from './emulator-internals.ts';
import { limitStrings, limitWork, mendLines } from './emulator-repairs.ts';
import { ExtraState, number } from './extra-state.ts';
import { LineAnchors } from './line-anchors.ts';
import { LinkTable } from './link-table.ts';
import type { HookTarget } from './parser-hooks.ts';
import { useSlabs } from './scrollback/index.ts';

type Library = typeof headless;

/**
 * In the bundle the first access loads the library. It is a CommonJS module: the bundler provides its
 * exports by name, Node's own import only as the default.
 */
function library(): Library['Terminal'] {
  return 'Terminal' in headless
    ? headless.Terminal
    : (headless as { default: Library }).default.Terminal;
}

/** Loads the library before it is needed, and before an upgrade replaces the file. */
export function loadEmulator(): void {
  library();
}

/** What DECSC saves. Row and column are relative to the screen, as in terminals but not the emulator. */
export interface SavedCursor {
  x: number;
  y: number;
  fg: number;
  bg: number;
  extended: ExtendedAttributes;
  charsets: (string | undefined)[];
  glevel: number;
  origin: boolean;
}

export class Emulator {
  readonly core: Core;
  readonly extra = new ExtraState();
  readonly anchors: LineAnchors;
  readonly clusters: Clusters;
  readonly #terminal: InstanceType<Library['Terminal']>;
  readonly #saved = new WeakMap<ScreenBuffer, SavedCursor>();
  readonly #links: LinkTable;
  readonly #content: ContentLimit;

  constructor(cols: number, rows: number, scrollback: number) {
    const Terminal = library();
    this.#terminal = new Terminal({
      cols,
      rows,
      scrollback,
      allowProposedApi: true,
      logLevel: 'off',
      // No replies to queries: the client's terminal or the supervisor replies.
      disableStdin: true,
    });
    this.core = (this.#terminal as unknown as { _core: Core })._core;
    this.#links = new LinkTable(this.core);
    this.anchors = new LineAnchors(this.core);
    this.extra.attach(this.#terminal.parser as HookTarget, () => this.onAlternate);
    this.#mendCursor();
    this.clusters = new Clusters(this.core, () => this.extra.modes.values.get(CLUSTERS) === true);
    this.#useCharWidths();
    this.#mendReset();
    this.#restoreModes();
    this.#keepSideMargins();
    limitWork(this.core);
    limitStrings(this.core);
    mendLines(this.core);
    limitMarks(this.core);
    useSlabs(this.core);
    learnCharsets(this.core);
    this.#content = new ContentLimit(this.core);
  }

  get onAlternate(): boolean {
    return this.core.buffers.active === this.core.buffers.alt;
  }

  /** @throws whatever the emulator throws; it must not be used any more then. */
  parse(data: Uint8Array): void {
    this.core._inputHandler.parse(data);
    this.#content.parsed(data.length);
  }

  resize(cols: number, rows: number): void {
    const { normal } = this.core.buffers;
    const saved = this.#saved.get(normal);
    const anchor = saved && this.anchors.add(normal.ybase + saved.y);
    this.anchors.follow(() => this.core.resize(cols, rows));
    this.extra.settings.drop('margins');
    if (!anchor) return;
    const { x, row } = this.anchors.cellOf(anchor, saved.x);
    Object.assign(saved, { x, y: Math.min(Math.max(0, row - normal.ybase), rows - 1) });
    this.anchors.remove(anchor);
  }

  savedCursor(buffer: ScreenBuffer): SavedCursor | undefined {
    return this.#saved.get(buffer);
  }

  link(id: number): LinkData | undefined {
    return this.#links.get(id);
  }

  /** Designators ("B", "0" …) of G0–G3. */
  charsets(): (string | undefined)[] {
    const { _charsets } = this.core._charsetService;
    return [0, 1, 2, 3].map((g) => designators.get(_charsets[g]));
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #useCharWidths(): void {
    const { unicodeService, _inputHandler: input } = this.core;
    const { clusters } = this;
    unicodeService.register({
      version: 'terminal',
      wcwidth: charWidth,
      charProperties: (codePoint, preceding) =>
        codePoint < FIRST_UNUSUAL && preceding < DISPUTED
          ? NARROW
          : clusters.charProperties(codePoint, preceding),
    });
    unicodeService.activeVersion = 'terminal';
    input._parser.setPrintHandler((data, start, end) => {
      let from = start;
      // In column 0 the emulator gives a combining character its own cell; terminals drop it.
      if (input._activeBuffer.x === 0) {
        while (from < end && charWidth(data[from] as number) === 0) from++;
      }
      if (printsPlainly(this.core)) printRuns(this.core, clusters, data, from, end);
      else if (from < end) input.print(data, from, end);
    });
  }

  /** DECSC and DECRC including underline style, charsets and origin mode, with rows of the screen. */
  #mendCursor(): void {
    const { core } = this;
    const input = core._inputHandler;
    const modes = () => core.coreService.decPrivateModes;
    input.saveCursor = () => {
      const { x, y } = input._activeBuffer;
      const { fg, bg, extended } = input._curAttrData;
      this.#saved.set(input._activeBuffer, {
        x: Math.min(x, core.cols - 1),
        y,
        fg,
        bg,
        extended: extended.clone(),
        charsets: this.charsets(),
        glevel: core._charsetService.glevel,
        origin: modes().origin,
      });
      return true;
    };
    input.restoreCursor = () => {
      const buffer = input._activeBuffer;
      const saved = this.#saved.get(buffer);
      buffer.x = saved?.x ?? 0;
      buffer.y = saved?.y ?? 0;
      const current = input._curAttrData;
      const { urlId } = current.extended;
      current.fg = saved?.fg ?? 0;
      current.bg = saved?.bg ?? 0;
      current.extended = current.extended.clone();
      current.extended._ext = saved?.extended._ext ?? 0;
      current.extended.urlId = urlId;
      current.updateExtended();
      for (let g = 0; g < 4; g++) {
        core._charsetService.setgCharset(g, charsetOf(saved?.charsets[g]));
      }
      core._charsetService.setgLevel(saved?.glevel ?? 0);
      modes().origin = saved?.origin ?? false;
      input._restrictCursor();
      return true;
    };
  }

  #mendReset(): void {
    const { core } = this;
    const input = core._inputHandler;
    const softReset = input.softReset.bind(input);
    input.softReset = (params) => {
      const { bracketedPasteMode, sendFocus, synchronizedOutput } =
        core.coreService.decPrivateModes;
      softReset(params);
      this.extra.softReset();
      // In terminals DECSTR does not reset these.
      Object.assign(core.coreService.decPrivateModes, {
        bracketedPasteMode,
        sendFocus,
        synchronizedOutput,
      });
      this.#saved.delete(input._activeBuffer);
      return true;
    };
    this.#terminal.parser.registerEscHandler({ final: 'c' }, () => {
      this.extra.reset();
      core.options.convertEol = false;
      core.options.cursorBlink = false;
      core.coreService.isCursorHidden = false;
      return false;
    });
  }

  /** XTRESTORE. */
  #restoreModes(): void {
    const input = this.core._inputHandler;
    this.#terminal.parser.registerCsiHandler({ prefix: '?', final: 'r' }, (params) => {
      for (const mode of params) {
        const on = typeof mode === 'number' ? this.extra.modes.saved(mode) : undefined;
        if (on === undefined) continue;
        this.extra.setMode(mode as number, on);
        const one = { params: Int32Array.of(mode as number), length: 1 };
        if (on) input.setModePrivate(one);
        else input.resetModePrivate(one);
      }
      return true;
    });
  }

  /**
   * DECSLRM: with mode 69 set, `CSI s` sets margins, but the emulator always saves the cursor.
   * Margins are kept for terminals; the model does not apply them.
   */
  #keepSideMargins(): void {
    const { core, extra } = this;
    this.#terminal.parser.registerCsiHandler({ final: 's' }, (params) => {
      if (!extra.modes.values.get(SIDE_MARGINS)) return false;
      const [left, right] = [number(params[0]) || 1, number(params[1]) || core.cols];
      if (left >= right || right > core.cols) return true;
      if (left === 1 && right === core.cols) extra.settings.drop('margins');
      else extra.settings.put('margins', `\x1b[${left};${right}s`, '');
      const { active } = core.buffers;
      active.x = 0;
      active.y = core.coreService.decPrivateModes.origin ? active.scrollTop : 0;
      return true;
    });
  }
}

/** Charset designators by the emulator's own tables, read once from the first emulator. */
const designators = new Map<unknown, string>();
const charsetTables = new Map<string, Record<string, string> | undefined>();

function learnCharsets(core: Core): void {
  if (designators.size > 0) return;
  for (const flag of '0A4C5RQKYE6ZH7=B') {
    core._inputHandler.selectCharset(`(${flag}`);
    const table = core._charsetService._charsets[0];
    if (!designators.has(table)) designators.set(table, flag);
    charsetTables.set(flag, table);
  }
}

function charsetOf(flag: string | undefined): Record<string, string> | undefined {
  return flag === undefined ? undefined : charsetTables.get(flag);
}
