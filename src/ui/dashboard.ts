/**
 * `watch`: a live table of all sessions, drawn on the alternate screen. Only changed lines are written.
 */
import { homeDirectory } from '../platform/user-directories.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Project } from '../store/project.ts';
import { charactersOf } from '../terminal/safe-text.ts';
import { DashboardChoice } from './dashboard-choice.ts';
import { dashboardRows, filterCursor, renderDashboard, tableHeight } from './dashboard-view.ts';
import { type Action, type KeyEvent, KeyReader } from './keys.ts';
import type { Region } from './overlays/overlay.ts';
import type { PreviewOptions } from './preview-pane.ts';
import { JUST_MOVED } from './selection.ts';
import type { SessionActions } from './session-actions.ts';
import { SessionScreen } from './session-screen.ts';
import { changesAfter } from './session-text.ts';
import type { SwitcherTerminal } from './switcher.ts';
import { FILTER_HINTS, WATCH_ACTIONS, WATCH_KEYS, watchHints } from './watch-keys.ts';

export type DashboardEnd =
  | { readonly type: 'attach'; readonly session: SessionInfo }
  | { readonly type: 'leave' };

/** The current state that the table shows. */
export interface DashboardSource {
  readonly sessions: readonly SessionInfo[];
  readonly connected: boolean;
  /** Which machines are missing, and why; empty if none is. */
  readonly missing?: string;
}

export interface DashboardOptions {
  readonly source: DashboardSource;
  readonly here: Project;
  readonly color: boolean;
  readonly actions: SessionActions;
  readonly preview?: PreviewOptions;
  /** Shown below the table until a key is pressed. */
  readonly note?: string;
  now?(): number;
}

/** Alternate screen, bracketed paste, no wrapping, no cursor. */
const ENTER = '\x1b[?1049h\x1b[0m\x1b[H\x1b[2J\x1b[?2004h\x1b[?7l\x1b[?25l';
/** Restores the terminal. */
export const LEAVE_DASHBOARD = '\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h';

export class Dashboard {
  readonly #terminal: SwitcherTerminal;
  readonly #options: DashboardOptions;
  readonly #screen: SessionScreen;
  readonly #keys = new KeyReader();
  readonly #choice: DashboardChoice;
  readonly #now: () => number;
  #top = 0;
  #note: string;
  /** Letters are typed into the filter. */
  #isFiltering = false;
  #tick: NodeJS.Timeout | undefined;
  #finish: ((end: DashboardEnd) => void) | undefined;
  #fail: (error: unknown) => void = () => {};

  constructor(terminal: SwitcherTerminal, options: DashboardOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#note = options.note ?? '';
    this.#choice = new DashboardChoice(options.here.hash);
    this.#now = () => options.now?.() ?? Date.now();
    this.#screen = new SessionScreen({
      ...{ terminal, color: options.color, actions: options.actions, now: this.#now },
      preview: options.preview,
      missing: () => options.source.missing ?? '',
      listRows: () => dashboardRows(this.#choice.matches.length),
      draw: () => this.#draw(),
      attach: (session) => this.#finish?.({ type: 'attach', session }),
      fail: (error) => this.#fail(error),
    });
  }

  /** Runs until the user chooses a session or leaves, then restores the terminal. */
  async run(): Promise<DashboardEnd> {
    const ends: (() => void)[] = [];
    this.#terminal.write(ENTER);
    try {
      return await new Promise<DashboardEnd>((resolve, reject) => {
        this.#finish = resolve;
        this.#fail = reject;
        this.#draw();
        ends.push(
          this.#terminal.onResize(() => this.redraw()),
          this.#terminal.onInput((bytes) => this.#take(bytes)),
        );
      });
    } finally {
      this.#finish = undefined;
      clearTimeout(this.#tick);
      this.#screen.end();
      for (const end of ends) end();
      this.#terminal.write(LEAVE_DASHBOARD);
    }
  }

  /** The source has changed. */
  changed(): void {
    if (!this.#finish) return;
    this.#screen.overlays?.sessionsChanged(this.#options.source.sessions);
    this.#screen.changed();
  }

  /** Redraws everything: the size has changed, or something else has written to the screen. */
  redraw(): void {
    this.#screen.forget();
    this.#draw();
  }

  /** After the process was stopped (SIGTSTP): back to the alternate screen. */
  again(): void {
    this.#terminal.write(ENTER);
    this.redraw();
  }

  leave(): void {
    this.#finish?.({ type: 'leave' });
  }

  #take(bytes: Uint8Array): void {
    for (const event of this.#keys.push(bytes, this.#now())) {
      if (event.type !== 'text' || 'pasted' in event) this.#takeOne(event);
      // Several keys may come at once: the first may open an overlay that takes the others.
      else for (const text of charactersOf(event.text)) this.#takeOne({ type: 'text', text });
    }
    if (this.#finish) this.#draw();
  }

  #takeOne(event: KeyEvent): void {
    if (!this.#finish) return;
    this.#note = '';
    const { overlays } = this.#screen;
    const isOpen = overlays?.open !== undefined;
    overlays?.take(event);
    if (isOpen) return;
    if (event.type === 'action') this.#act(event.action);
    else if (event.type === 'control') this.#onKey(`ctrl+${event.key}`);
    else if (event.type === 'text' && this.#isFiltering) this.#choice.filter.type(event.text);
    else if (event.type === 'text' && !('pasted' in event)) this.#onKey(event.text);
    this.#choice.find(this.#options.source.sessions);
    this.#choice.shown(this.#now(), true);
  }

  #onKey(key: string): void {
    const { overlays } = this.#screen;
    const session = this.#choice.session;
    const action = WATCH_ACTIONS[key];
    if (key === 'q') this.leave();
    else if (key === 'j' || key === 'k') this.#act(key === 'j' ? 'down' : 'up');
    else if (key === '/') this.#isFiltering = true;
    else if (key === 'p' || key === 'ctrl+p') this.#screen.turnPreview();
    else if (key === '?') overlays?.showKeys(WATCH_KEYS);
    else if (action && session && this.#choice.hasJustMoved(this.#now())) this.#note = JUST_MOVED;
    else if (action && session) overlays?.begin(action, session);
  }

  #act(action: Action): void {
    switch (action) {
      case 'cancel':
        if (!this.#isFiltering && this.#choice.filter.text === '') this.leave();
        this.#isFiltering = false;
        this.#choice.filter.text = '';
        break;
      case 'accept':
        this.#accept();
        break;
      case 'help':
        this.#screen.overlays?.showKeys(WATCH_KEYS);
        break;
      case 'up':
      case 'down':
      case 'page-up':
      case 'page-down':
      case 'first':
      case 'last':
        this.#choice.move(action, tableHeight(this.#screen.listRegion.rows));
        break;
      default:
        if (this.#isFiltering) this.#choice.filter.erase(action);
    }
  }

  #accept(): void {
    const session = this.#choice.session;
    if (this.#isFiltering) this.#isFiltering = false;
    else if (session) this.#finish?.({ type: 'attach', session });
  }

  #draw(): void {
    if (!this.#finish) return;
    this.#choice.find(this.#options.source.sessions);
    this.#choice.shown(this.#now());
    const region = this.#screen.listRegion;
    const isFiltered = this.#choice.filter.text !== '';
    const { canPreview } = this.#screen;
    this.#screen.draw({
      list: (list) => this.#lines(list),
      cursor: this.#isFiltering
        ? { row: 1, column: filterCursor(this.#choice.filter.text, region.cols) }
        : undefined,
      session: this.#choice.session,
      hints: this.#isFiltering
        ? FILTER_HINTS
        : watchHints(this.#choice.session, { isFiltered, canPreview }),
      note: this.#note,
    });
    this.#drawWhenOlder(tableHeight(region.rows));
  }

  #lines({ cols, rows }: Region): readonly string[] {
    if (cols === 0) return [];
    const { source, here, color } = this.#options;
    const selected = this.#choice.index;
    const height = tableHeight(rows);
    const top = Math.max(Math.min(this.#top, selected), selected - height + 1);
    this.#top = Math.max(0, Math.min(top, this.#choice.matches.length - height));
    const view = {
      ...{ cols, rows, color, selected, matches: this.#choice.matches, sessions: source.sessions },
      filter:
        this.#isFiltering || this.#choice.filter.text !== '' ? this.#choice.filter.text : undefined,
      hereHash: here.hash,
      project: here.name,
      home: homeDirectory(),
      now: this.#now(),
      connected: source.connected,
    };
    return renderDashboard(view, this.#top);
  }

  /** Ages are shown, and nothing else changes without an event. */
  #drawWhenOlder(height: number): void {
    clearTimeout(this.#tick);
    const shown = this.#choice.matches.slice(this.#top, this.#top + height);
    const after = changesAfter(
      shown.map(({ session }) => session),
      this.#now(),
    );
    if (after !== undefined) this.#tick = setTimeout(() => this.#draw(), after);
  }
}
