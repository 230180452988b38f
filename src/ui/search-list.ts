/**
 * A list of sessions that is searched by typing, on the alternate screen: what the switcher and `kill` have in
 * common. It draws by itself: a prompt library takes long to load, and expects a terminal of its own.
 */
import { homeDirectory } from '../platform/user-directories.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Project } from '../store/project.ts';
import { charactersOf, safeText } from '../terminal/safe-text.ts';
import { type Match, search } from './fuzzy.ts';
import { type Action, KeyReader } from './keys.ts';
import { sortSessions } from './list.ts';
import type { Row, View } from './switcher-model.ts';
import { listHeight, render } from './switcher-view.ts';

/** The caller sets raw mode and resets any program's terminal modes. */
export interface ListTerminal {
  write(text: string): void;
  /** This and `onResize` return a function that removes the listener. */
  onInput(listener: (bytes: Uint8Array) => void): () => void;
  size(): { cols: number; rows: number };
  onResize(listener: () => void): () => void;
}

export interface SearchListOptions {
  readonly sessions: readonly SessionInfo[];
  readonly here: Project;
  readonly query?: string;
  /** Full name of the session that this terminal is attached to. */
  readonly current?: string;
  /** Called about once a second. */
  readonly refresh?: () => Promise<readonly SessionInfo[]>;
  now?(): number;
  readonly color: boolean;
}

type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';
type Erase = 'erase' | 'erase-word' | 'erase-all';

const REFRESH_MS = 1_000;
/** A query is a name or part of one; longer is a paste by mistake. */
const QUERY_MAX_CHARACTERS = 200;
/** Alternate screen (it has its own keyboard stack), bracketed paste, no wrapping. */
const ENTER = '\x1b[?1049h\x1b[0m\x1b[H\x1b[2J\x1b[?2004h\x1b[?7l\x1b[?25h';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h';

/** `R`: what it ends with. */
export abstract class SearchList<R, O extends SearchListOptions = SearchListOptions> {
  protected readonly options: O;
  protected sessions: readonly SessionInfo[];
  protected query: string;
  protected list: readonly Row[] = [];
  protected selected = 0;
  readonly #terminal: ListTerminal;
  readonly #keys = new KeyReader();
  readonly #now: () => number;
  #top = 0;
  #drawn: readonly string[] = [];
  #cursorColumn = 0;
  #open = true;
  #timer: NodeJS.Timeout | undefined;
  #finish: (end: R) => void = () => {};

  constructor(terminal: ListTerminal, options: O) {
    this.#terminal = terminal;
    this.options = options;
    this.#now = () => options.now?.() ?? Date.now();
    this.sessions = sortSessions(options.sessions, options.here.hash);
    this.query = safeText(options.query ?? '');
  }

  async run(): Promise<R> {
    const ends: (() => void)[] = [];
    this.#terminal.write(ENTER);
    this.#find();
    this.#draw();
    try {
      return await new Promise<R>((resolve) => {
        this.#finish = (end) => {
          this.#open = false;
          resolve(end);
        };
        ends.push(
          this.#terminal.onInput((bytes) => this.#take(bytes)),
          this.#terminal.onResize(() => this.#draw(true)),
        );
        this.#keepFresh();
      });
    } finally {
      this.#open = false;
      clearTimeout(this.#timer);
      for (const end of ends) end();
      this.#terminal.write(LEAVE);
    }
  }

  #take(bytes: Uint8Array): void {
    for (const event of this.#keys.push(bytes, this.#now())) {
      if (!this.#open) return;
      if (event.type === 'text') this.#onText(event);
      else this.#act(event.action);
    }
    if (this.#open) this.#draw();
  }

  #keepFresh(): void {
    this.#timer = setTimeout(async () => {
      await this.#refresh();
      if (!this.#open) return;
      this.#draw();
      this.#keepFresh();
    }, REFRESH_MS);
  }

  async #refresh(): Promise<void> {
    const { refresh, here } = this.options;
    if (!refresh) return;
    try {
      this.sessions = sortSessions(await refresh(), here.hash);
    } catch {
      // Keep showing the last known state.
      return;
    }
    const before = this.#key(this.list[this.selected]);
    this.#find();
    const index = this.list.findIndex((row) => this.#key(row) === before);
    this.selected = index >= 0 ? index : Math.min(this.selected, this.list.length - 1);
  }

  #key(row: Row | undefined): string | undefined {
    return row?.type === 'session' ? row.match.session.fullName : row?.name;
  }

  /** The rows for what was typed. */
  protected abstract rowsFor(matches: readonly Match[]): readonly Row[];
  /** The row that is selected before anything was typed. */
  protected abstract firstRow(matches: readonly Match[]): number;
  /** What Enter ends the list with; undefined if it has no effect. */
  protected abstract accepted(row: Row | undefined): R | undefined;
  protected abstract readonly cancelled: R;

  /** What the space bar does, if it is no part of the query. */
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

  /** A space that was pasted is no key. */
  #onText({ text, pasted = false }: { text: string; pasted?: boolean }): void {
    const hasMarks = this.onSpace !== undefined && !pasted;
    for (const part of hasMarks ? (text.match(/ |[^ ]+/g) ?? []) : [text])
      if (hasMarks && part === ' ') this.onSpace?.();
      else this.#type(part);
  }

  #type(text: string): void {
    // By words, as safeText would trim spaces at the ends.
    const shown = text.replace(/[^ ]+/g, (word) => safeText(word));
    const query = this.query === '' ? shown.trimStart() : this.query + shown;
    this.query = charactersOf(query).slice(0, QUERY_MAX_CHARACTERS).join('');
    this.#find();
  }

  #act(action: Action): void {
    switch (action) {
      case 'accept':
        this.#accept();
        break;
      case 'cancel':
        this.#finish(this.cancelled);
        break;
      case 'erase':
      case 'erase-word':
      case 'erase-all':
        this.#erase(action);
        break;
      default:
        this.selected = this.#moved(action);
    }
  }

  /** Steps wrap around, pages stop at the ends. */
  #moved(action: Move): number {
    const page = listHeight(this.#terminal.size().rows);
    const last = Math.max(0, this.list.length - 1);
    const at = this.selected;
    switch (action) {
      case 'up':
        return at === 0 ? last : at - 1;
      case 'down':
        return at === last ? 0 : at + 1;
      case 'page-up':
        return Math.max(0, at - page);
      case 'page-down':
        return Math.min(last, at + page);
      case 'first':
        return 0;
      case 'last':
        return last;
    }
  }

  #erase(action: Erase): void {
    const query = this.query;
    if (action === 'erase') this.query = charactersOf(query).slice(0, -1).join('');
    else this.query = action === 'erase-all' ? '' : query.replace(/[^\s:._-]*[\s:._-]*$/, '');
    if (this.query !== query) this.#find();
  }

  #accept(): void {
    const end = this.accepted(this.list[this.selected]);
    if (end !== undefined) this.#finish(end);
  }

  /** Writes only the changed lines, as one synchronized update; nothing if there are none. */
  #draw(whole = false): void {
    const { cols, rows } = this.#terminal.size();
    const height = listHeight(rows);
    if (this.selected < this.#top) this.#top = this.selected;
    if (this.selected >= this.#top + height) this.#top = this.selected - height + 1;
    this.#top = Math.max(0, Math.min(this.#top, this.list.length - height));
    const { lines, column } = render(this.#view(cols, rows), this.#top);
    if (whole) this.#drawn = [];
    const changed = lines
      .map((line, index) =>
        line === this.#drawn[index] ? '' : `\x1b[${index + 1};1H\x1b[2K${line}`,
      )
      .join('');
    this.#drawn = lines;
    if (!whole && changed === '' && column === this.#cursorColumn) return;
    this.#cursorColumn = column;
    this.#terminal.write(
      `\x1b[?2026h${whole ? '\x1b[2J' : ''}${changed}\x1b[1;${column}H\x1b[?2026l`,
    );
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
