/**
 * A screen that shows sessions: the list, the overlay over it, the foot; and when it is drawn.
 * `watch`, the switcher and the list of `kill` provide the content.
 */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText } from '../terminal/safe-text.ts';
import { footer, type Hint } from './footer.ts';
import type { Position } from './line-editor.ts';
import { LineScreen } from './line-screen.ts';
import type { ListTerminal } from './list-terminal.ts';
import type { Overlay, Region } from './overlays/overlay.ts';
import { Overlays } from './overlays/overlays.ts';
import { composed, framed, insideOf, type Pane, type Panes, panesWith } from './panes.ts';
import type { PreviewLayout } from './preview.ts';
import { type PreviewOptions, PreviewPane } from './preview-pane.ts';
import type { SessionActions } from './session-actions.ts';
import { DIM, paint } from './style.ts';

/** Changes within this time are drawn as one frame: more than thirty per second are not visible. */
const FRAME_MS = 33;
/** A screen with fewer rows has no foot, unless an overlay is open. */
const FOOT_FROM_ROWS = 6;
/** A screen with fewer rows does not say which machines are missing. */
const MISSING_FROM_ROWS = 8;

export interface SessionScreenOptions {
  readonly terminal: ListTerminal;
  readonly color: boolean;
  readonly actions: SessionActions | undefined;
  readonly preview: PreviewOptions | undefined;
  /** Which machines are missing from the list, and why; empty if none is. */
  missing?(): string;
  /** How many rows the list needs. */
  listRows(): number;
  now(): number;
  /** Calls {@link SessionScreen.draw}. */
  draw(): void;
  attach(session: SessionInfo): void;
  fail(error: unknown): void;
}

export interface Content {
  /** The list's lines, at most as many as the region has rows. */
  list(region: Region): readonly string[];
  readonly cursor: Position | undefined;
  /** The selected session. */
  readonly session: SessionInfo | undefined;
  readonly hints: readonly Hint[];
  readonly note: string;
}

export class SessionScreen {
  /** Undefined if nothing can be done to sessions. */
  readonly overlays: Overlays | undefined;
  readonly #options: SessionScreenOptions;
  readonly #screen: LineScreen;
  readonly #preview: PreviewPane | undefined;
  #frame: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: SessionScreenOptions) {
    this.#options = options;
    const { terminal, actions, preview } = options;
    this.#screen = new LineScreen((text) => terminal.write(text));
    this.overlays = actions && new Overlays({ ...options, actions, changed: () => this.changed() });
    this.#preview = preview && new PreviewPane(preview, () => this.changed());
  }

  get canPreview(): boolean {
    return this.#preview?.fits(this.#options.terminal.size()) ?? false;
  }

  /** The preview is shown or hidden from now on. */
  turnPreview(): void {
    if (this.canPreview) this.#preview?.turn();
    else this.overlays?.say('There is no room for a preview: it needs 100 × 20.');
  }

  /** Draws soon: something has changed, and more may follow. */
  changed(): void {
    if (this.#ended) return;
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.#options.draw();
    }, FRAME_MS);
  }

  forget(): void {
    this.#screen.forget();
  }

  /** What was begun on this screen may still call back when another screen is shown. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#frame);
    this.overlays?.end();
    this.#preview?.end();
  }

  /** The region that the list has now. */
  get listRegion(): Region {
    return this.#panes().list;
  }

  #panes(): Panes {
    const { cols, rows } = this.#options.terminal.size();
    const preview = this.#layout();
    const body = { cols, rows: Math.max(1, rows - this.#footRows(rows)) };
    const open = this.overlays?.open;
    if (open) return panesWith(body, preview, (width) => open.wantedRows(width));
    return { list: preview?.list ?? body, preview, opened: undefined };
  }

  /** With no overlay open. */
  #layout(): PreviewLayout | undefined {
    const { cols, rows } = this.#options.terminal.size();
    const foot = this.#footRows(rows);
    return this.#preview?.layout({ cols, rows }, this.#options.listRows(), foot);
  }

  #footRows(rows: number): number {
    const foot = rows >= (this.overlays?.open ? 2 : FOOT_FROM_ROWS) ? 1 : 0;
    return foot + (rows >= MISSING_FROM_ROWS && this.#missing !== '' ? 1 : 0);
  }

  get #missing(): string {
    return this.#options.missing?.() ?? '';
  }

  draw({ list, cursor, session, hints, note }: Content): void {
    const { cols, rows } = this.#options.terminal.size();
    const { color } = this.#options;
    const open = this.overlays?.open;
    const panes = this.#panes();
    this.#preview?.show(session, this.#layout());
    const opened = open && panes.opened && this.#drawOpened(open, panes.opened);
    const foot = this.#footRows(rows);
    const lines = composed(rows - foot, list(panes.list), [
      ...this.#drawPreview(panes.preview, session),
      ...(opened ? [opened] : []),
    ]);
    const noted = note || this.overlays?.note || '';
    const last = footer(open?.hints ?? hints, { cols, color, note: noted });
    const missing = foot > 1 ? [missingLine(this.#missing, cols, color)] : [];
    const all = foot > 0 ? [...lines, ...missing, last] : lines;
    this.#screen.draw(all, open ? opened?.cursor : cursor);
  }

  #drawPreview(preview: PreviewLayout | undefined, session: SessionInfo | undefined) {
    const lines = preview && this.#preview?.lines(preview, session, this.#options.color);
    return lines ? [{ pane: preview.box, lines }] : [];
  }

  #drawOpened(open: Overlay, pane: Pane) {
    const { color } = this.#options;
    const inside = insideOf(pane);
    const { lines, cursor } = open.render(inside, color);
    const before = pane.col + pane.cols - inside.cols - 1;
    const placed = cursor && { row: pane.row + cursor.row, column: before + cursor.column };
    return { pane, lines: framed(pane, open.heading, lines, color), cursor: placed };
  }
}

function missingLine(text: string, cols: number, color: boolean): string {
  return ` ${paint(safeText(text, Math.max(1, cols - 2)), DIM, color)}`;
}
