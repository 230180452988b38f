/**
 * `watch`: a live table of all sessions, drawn on the alternate screen. Only changed lines are written.
 */
import { homeDirectory } from '../platform/user-directories.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Project } from '../store/project.ts';
import { renderDashboard, tableHeight } from './dashboard-view.ts';
import { type Action, KeyReader } from './keys.ts';
import { urgency } from './list.ts';
import { needOf } from './status-line.ts';
import type { SwitcherTerminal } from './switcher.ts';

export type DashboardEnd =
  | { readonly type: 'attach'; readonly session: SessionInfo }
  | { readonly type: 'leave' };

/** The current state that the table shows. */
export interface DashboardSource {
  readonly sessions: readonly SessionInfo[];
  readonly connected: boolean;
}

export interface DashboardOptions {
  readonly source: DashboardSource;
  readonly here: Project;
  readonly color: boolean;
  /** Shown below the table until a key is pressed. */
  readonly note?: string;
  now?(): number;
}

const ENTER = '\x1b[?1049h\x1b[0m\x1b[H\x1b[2J\x1b[?7l\x1b[?25l';
/** Restores the terminal. */
export const LEAVE_DASHBOARD = '\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h';
/** Ages are shown in seconds. */
const TICK_MS = 1_000;
/** Changes within this time are drawn as one frame: more than thirty a second are not visible. */
const FRAME_MS = 33;

/**
 * This project's sessions first, then those that need the user, the longest waiting first; the rest by
 * name, so that no row moves without a reason.
 */
export function sortForDashboard(
  sessions: readonly SessionInfo[],
  hereHash: string,
): SessionInfo[] {
  const waited = (s: SessionInfo) =>
    ['blocked', 'error', 'done'].includes(needOf(s) ?? '')
      ? Date.parse(s.statusSince ?? '') || 0
      : 0;
  const name = ({ project, root, name: own }: SessionInfo) => `${project}\0${root}\0${own}`;
  return [...sessions].sort(
    (a, b) =>
      Number(b.hash === hereHash) - Number(a.hash === hereHash) ||
      urgency(a) - urgency(b) ||
      waited(a) - waited(b) ||
      (name(a) < name(b) ? -1 : 1),
  );
}

export class Dashboard {
  readonly #terminal: SwitcherTerminal;
  readonly #options: DashboardOptions;
  readonly #keys = new KeyReader();
  readonly #now: () => number;
  #sessions: readonly SessionInfo[] = [];
  /** Full name of the session the user selected; if none, the most urgent one is selected. */
  #chosen: string | undefined;
  #top = 0;
  #note: string;
  #drawn: readonly string[] = [];
  #frame: NodeJS.Timeout | undefined;
  #finish: ((end: DashboardEnd) => void) | undefined;

  constructor(terminal: SwitcherTerminal, options: DashboardOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#note = options.note ?? '';
    this.#now = () => options.now?.() ?? Date.now();
  }

  /** Runs until the user chooses a session or leaves, then restores the terminal. */
  async run(): Promise<DashboardEnd> {
    const ends: (() => void)[] = [];
    this.#terminal.write(ENTER);
    this.#draw();
    const tick = setInterval(() => this.#draw(), TICK_MS);
    try {
      return await new Promise<DashboardEnd>((resolve) => {
        this.#finish = resolve;
        ends.push(
          this.#terminal.onResize(() => this.redraw()),
          this.#terminal.onInput((bytes) => this.#take(bytes)),
        );
      });
    } finally {
      this.#finish = undefined;
      clearInterval(tick);
      clearTimeout(this.#frame);
      for (const end of ends) end();
      this.#terminal.write(LEAVE_DASHBOARD);
    }
  }

  /** The source has changed. */
  changed(): void {
    if (!this.#finish || this.#frame) return;
    this.#frame = setTimeout(() => {
      this.#frame = undefined;
      this.#draw();
    }, FRAME_MS);
  }

  /** Redraws everything: the size has changed, or something else has written to the screen. */
  redraw(): void {
    this.#drawn = [];
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
      if (!this.#finish) return;
      this.#note = '';
      if (event.type === 'action') this.#act(event.action);
      else if (event.text === 'q') this.leave();
      else if (event.text === 'j' || event.text === 'k')
        this.#act(event.text === 'j' ? 'down' : 'up');
    }
    if (this.#finish) this.#draw();
  }

  #act(action: Action): void {
    switch (action) {
      case 'cancel':
        this.leave();
        break;
      case 'accept': {
        const session = this.#sessions[this.#selected];
        if (session) this.#finish?.({ type: 'attach', session });
        break;
      }
      case 'erase':
      case 'erase-word':
      case 'erase-all':
        break;
      default:
        this.#chosen = this.#sessions[this.#moved(action)]?.fullName;
    }
  }

  #moved(action: 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'): number {
    const last = Math.max(0, this.#sessions.length - 1);
    const page = tableHeight(this.#terminal.size().rows);
    const step = { up: -1, down: 1, 'page-up': -page, 'page-down': page, first: -last, last };
    return Math.min(last, Math.max(0, this.#selected + step[action]));
  }

  get #selected(): number {
    const chosen = this.#sessions.findIndex(({ fullName }) => fullName === this.#chosen);
    if (chosen >= 0) return chosen;
    const needs = this.#sessions.map(urgency);
    return Math.max(0, needs.indexOf(Math.min(...needs)));
  }

  /** Writes only the changed lines, as one synchronized update; nothing if there are none. */
  #draw(): void {
    const { source, here, color } = this.#options;
    const { cols, rows } = this.#terminal.size();
    this.#sessions = sortForDashboard(source.sessions, here.hash);
    const selected = this.#selected;
    const height = tableHeight(rows);
    const top = Math.max(Math.min(this.#top, selected), selected - height + 1);
    this.#top = Math.max(0, Math.min(top, this.#sessions.length - height));
    const view = {
      ...{ cols, rows, color, selected, sessions: this.#sessions, note: this.#note },
      hereHash: here.hash,
      project: here.name,
      home: homeDirectory(),
      now: this.#now(),
      connected: source.connected,
    };
    const lines = renderDashboard(view, this.#top);
    const whole = this.#drawn.length !== lines.length;
    const changed = lines
      .map((line, index) =>
        !whole && line === this.#drawn[index] ? '' : `\x1b[${index + 1};1H\x1b[2K${line}`,
      )
      .join('');
    this.#drawn = lines;
    if (changed !== '')
      this.#terminal.write(`\x1b[?2026h${whole ? '\x1b[0m\x1b[2J' : ''}${changed}\x1b[?2026l`);
  }
}
