/**
 * A list of sessions that is searched by typing, on the alternate screen: what the switcher and
 * `kill` have in common. It draws by itself, as a prompt library takes long to load and expects a
 * terminal of its own.
 */
import { homeDirectory } from '../platform/user-directories.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Hint } from './footer.ts';
import { type Match, search } from './fuzzy.ts';
import { type Action, type KeyEvent, KeyReader } from './keys.ts';
import { sortSessions } from './list.ts';
import type { ListTerminal } from './list-terminal.ts';
import type { Region } from './overlays/overlay.ts';
import { Query } from './query.ts';
import { isSame } from './same-session.ts';
import type { SearchListOptions } from './search-options.ts';
import { JUST_MOVED, moved, READING_MS } from './selection.ts';
import { SessionScreen } from './session-screen.ts';
import type { Row, View } from './switcher-model.ts';
import { listHeight, queryCursor, render, switcherRows } from './switcher-view.ts';

const REFRESH_MS = 1_000;
const ELSEWHERE_MS = 50;
/** Alternate screen (which has its own keyboard stack), bracketed paste, no wrapping. */
const ENTER = '\x1b[?1049h\x1b[0m\x1b[H\x1b[2J\x1b[?2004h\x1b[?7l\x1b[?25l';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h';

/** `R`: the type of its result. */
export abstract class SearchList<R, O extends SearchListOptions = SearchListOptions> {
  protected readonly options: O;
  protected sessions: readonly SessionInfo[];
  protected list: readonly Row[] = [];
  protected selected = 0;
  protected readonly screen: SessionScreen;
  readonly #terminal: ListTerminal;
  readonly #query: Query;
  readonly #keys = new KeyReader();
  readonly #now: () => number;
  #top = 0;
  #movedAt = Number.NEGATIVE_INFINITY;
  #open = true;
  #note: string;
  #timer: NodeJS.Timeout | undefined;
  #elsewhere: NodeJS.Timeout | undefined;
  #isStale = false;
  #finish: (end: R) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(terminal: ListTerminal, options: O) {
    this.#terminal = terminal;
    this.options = options;
    this.#now = () => options.now?.() ?? Date.now();
    this.#note = options.note ?? '';
    this.sessions = sortSessions(options.sessions, options.here.hash);
    this.#query = new Query(options.query);
    this.screen = new SessionScreen({
      ...{ terminal, color: options.color, actions: options.actions, now: this.#now },
      preview: options.preview,
      missing: () => options.others?.missing() ?? '',
      listRows: () => switcherRows(this.list.length),
      draw: () => this.#draw(),
      attach: (session) => this.onAttach(session),
      fail: (error) => this.#fail(error),
    });
  }

  async run(): Promise<R> {
    const ends: (() => void)[] = [];
    this.#terminal.write(ENTER);
    this.#find();
    this.#draw();
    try {
      return await new Promise<R>((resolve, reject) => {
        this.#finish = resolve;
        this.#fail = reject;
        ends.push(
          this.#terminal.onInput((bytes) => this.#take(bytes)),
          this.#terminal.onResize(() => {
            this.screen.forget();
            this.#draw();
          }),
        );
        this.#keepFresh();
        this.options.others?.listen(() => this.#changedElsewhere());
      });
    } finally {
      this.#open = false;
      clearTimeout(this.#timer);
      clearTimeout(this.#elsewhere);
      this.screen.end();
      for (const end of ends) end();
      this.#terminal.write(LEAVE);
    }
  }

  protected get query(): string {
    return this.#query.text;
  }

  protected get selectedSession(): SessionInfo | undefined {
    const row = this.list[this.selected];
    return row?.type === 'session' ? row.match.session : undefined;
  }

  protected finish(end: R): void {
    this.#open = false;
    this.#finish(end);
  }

  #take(bytes: Uint8Array): void {
    for (const event of this.#keys.push(bytes, this.#now())) {
      if (!this.#open) return;
      this.#takeOne(event);
    }
    if (this.#open) this.#draw();
  }

  #takeOne(event: KeyEvent): void {
    this.#note = '';
    const { overlays } = this.screen;
    const isOpen = overlays?.open !== undefined;
    overlays?.take(event);
    if (isOpen || this.onKey(event)) return;
    if (event.type === 'text') this.#onText(event);
    else if (event.type === 'action') this.#act(event.action);
  }

  #keepFresh(): void {
    this.#timer = setTimeout(async () => {
      await this.#refresh();
      if (!this.#open) return;
      this.#draw();
      this.#keepFresh();
    }, REFRESH_MS);
  }

  /** Refreshes at once, but only some times a second, however many changes there are. */
  #changedElsewhere(): void {
    this.#isStale = true;
    if (this.#elsewhere || !this.#open) return;
    this.#isStale = false;
    this.#elsewhere = setTimeout(() => {
      this.#elsewhere = undefined;
      if (this.#isStale) this.#changedElsewhere();
    }, ELSEWHERE_MS);
    void this.#refresh().then(() => this.screen.changed());
  }

  async #refresh(): Promise<void> {
    const { refresh, here } = this.options;
    if (!refresh) return;
    try {
      this.sessions = sortSessions(await refresh(), here.hash);
    } catch {
      // Goes on showing the last known state.
      return;
    }
    if (!this.#open) return;
    const before = this.list[this.selected];
    this.#find();
    const index = this.list.findIndex((row) => before !== undefined && isSameRow(row, before));
    this.selected = index >= 0 ? index : Math.min(this.selected, this.list.length - 1);
    if (before && index < 0) this.#movedAt = this.#now();
    this.screen.overlays?.sessionsChanged(this.sessions);
  }

  /** The rows that match what was typed. */
  protected abstract rowsFor(matches: readonly Match[]): readonly Row[];
  /** The row that is selected before anything is typed. */
  protected abstract firstRow(matches: readonly Match[]): number;
  /** The result if Enter is pressed; undefined if it has no effect. */
  protected abstract accepted(row: Row | undefined): R | undefined;
  protected abstract readonly cancelled: R;

  /** The keys that it takes, the most useful first. */
  protected abstract readonly hints: readonly Hint[];
  /** Opens an overlay for a question that the list itself does not answer. */
  protected onAttach(_session: SessionInfo): void {}
  /** True: the key was one of its own. */
  protected onKey(_event: KeyEvent): boolean {
    return false;
  }

  /** What the space bar does, if it is not part of the query. */
  protected onSpace?(): void;

  protected get purpose(): View['purpose'] {
    return undefined;
  }

  /** Rebuilds the list and selects the best match. */
  #find(): void {
    const matches = search(this.query, this.sessions, this.options.here.hash);
    this.list = this.rowsFor(matches);
    this.selected = this.query === '' ? this.firstRow(matches) : 0;
    this.#top = 0;
  }

  /** A space in a paste is not a key. */
  #onText({ text, pasted = false }: { text: string; pasted?: boolean }): void {
    const hasMarks = this.onSpace !== undefined && !pasted;
    for (const part of hasMarks ? (text.match(/ |[^ ]+/g) ?? []) : [text])
      if (hasMarks && part === ' ') this.onSpace?.();
      else this.#type(part);
  }

  #type(text: string): void {
    this.#query.type(text);
    this.#find();
  }

  #act(action: Action): void {
    switch (action) {
      case 'accept':
        this.#accept();
        break;
      case 'cancel':
        this.finish(this.cancelled);
        break;
      case 'up':
      case 'down':
      case 'page-up':
      case 'page-down':
      case 'first':
      case 'last':
        this.selected = moved(action, this.selected, this.list.length, this.#page);
        break;
      default: {
        const { query } = this;
        if (this.#query.erase(action) && this.query !== query) this.#find();
      }
    }
  }

  get #page(): number {
    return listHeight(this.screen.listRegion.rows);
  }

  /** The selected row is gone, and a key may have been meant for it: then it says so. */
  protected refusesKey(): boolean {
    const refuses = this.#now() - this.#movedAt < READING_MS;
    if (refuses) this.#note = JUST_MOVED;
    return refuses;
  }

  #accept(): void {
    const end = this.accepted(this.list[this.selected]);
    if (end !== undefined) this.finish(end);
  }

  #draw(): void {
    const { cols, rows } = this.screen.listRegion;
    this.screen.draw({
      list: (region) => this.#lines(region),
      cursor: { row: 1, column: queryCursor(this.#view(cols, rows)) },
      session: this.selectedSession,
      hints: this.hints,
      note: this.#note,
    });
  }

  #lines({ cols, rows }: Region): readonly string[] {
    if (cols === 0) return [];
    const height = listHeight(rows);
    const top = Math.max(Math.min(this.#top, this.selected), this.selected - height + 1);
    this.#top = Math.max(0, Math.min(top, this.list.length - height));
    return render(this.#view(cols, rows), this.#top);
  }

  #view(cols: number, rows: number): View {
    const { here, current, color } = this.options;
    return {
      cols,
      rows,
      query: this.query,
      list: this.list,
      selected: this.selected,
      sessions: this.sessions,
      project: here.name,
      current,
      purpose: this.purpose,
      home: homeDirectory(),
      now: this.#now(),
      color,
    };
  }
}

function isSameRow(a: Row, b: Row): boolean {
  if (a.type === 'session') return b.type === 'session' && isSame(a.match.session, b.match.session);
  return b.type === 'start' && a.name === b.name && a.host === b.host;
}
