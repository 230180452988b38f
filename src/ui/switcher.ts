/** The switcher: a fuzzy search over all sessions, or a new one under a name that none has. */
import type { SessionInfo } from '../protocol/messages.ts';
import { machineOf } from '../store/host-names.ts';
import { isValidName } from '../store/names.ts';
import type { Hint } from './footer.ts';
import type { Match } from './fuzzy.ts';
import type { KeyEvent } from './keys.ts';
import type { ListTerminal } from './list-terminal.ts';
import type { SessionAction } from './overlays/overlays.ts';
import { SearchList } from './search-list.ts';
import type { SearchListOptions } from './search-options.ts';
import { SWITCHER_KEYS, switcherHints } from './switcher-keys.ts';
import type { Row } from './switcher-model.ts';

export type SwitcherTerminal = ListTerminal;

export type Choice =
  /** If the session has ended, it is to be started again. */
  | { readonly type: 'attach'; readonly session: SessionInfo }
  /** A new session in this project, or on another machine. */
  | { readonly type: 'start'; readonly name: string; readonly host?: string }
  | { readonly type: 'cancel' };

export interface SwitcherOptions extends SearchListOptions {
  /**
   * Full name of the session that this terminal showed before; the first choice, so that Enter goes
   * back and forth.
   */
  readonly previous?: string | undefined;
}

/**
 * With Ctrl, as letters are typed into the query. None that terminals, screen or tmux keep for
 * themselves.
 */
const ACTIONS: Readonly<Record<string, SessionAction>> = {
  y: 'answer',
  t: 'prompt',
  x: 'interrupt',
  d: 'kill',
  r: 'rename',
  o: 'open',
};

/** Draws on the alternate screen, then restores the terminal. */
export function chooseSession(
  terminal: SwitcherTerminal,
  options: SwitcherOptions,
): Promise<Choice> {
  return new Switcher(terminal, options).run();
}

class Switcher extends SearchList<Choice, SwitcherOptions> {
  protected readonly cancelled: Choice = { type: 'cancel' };

  protected rowsFor(matches: readonly Match[]): readonly Row[] {
    const { here, others } = this.options;
    const list: Row[] = matches.map((match) => ({ type: 'session', match }));
    const typed = this.query.trim();
    const host = machineOf(typed);
    if (host !== undefined) {
      const name = typed.slice(host.length + 1);
      if (others?.hosts.includes(host) && isValidName(name))
        list.push({ type: 'start', name, host });
      return list;
    }
    // The sessions of other machines may not have come yet.
    const isNone = this.sessions.length === 0 && !others;
    const name = typed || (isNone ? 'main' : '');
    const exists = this.sessions.some((s) => s.hash === here.hash && s.name === name);
    if (isValidName(name) && !exists) list.push({ type: 'start', name });
    return list;
  }

  /** Not the current session. */
  protected firstRow(matches: readonly Match[]): number {
    const { current, previous } = this.options;
    const elsewhere = matches.findIndex(({ session }) => session.fullName !== current);
    const back = matches.findIndex(
      ({ session }) => session.fullName === previous && session.state === 'running',
    );
    return Math.max(back >= 0 ? back : elsewhere, 0);
  }

  protected accepted(row: Row | undefined): Choice | undefined {
    if (!row || this.refusesKey()) return undefined;
    return row.type === 'start' ? { ...row } : { type: 'attach', session: row.match.session };
  }

  protected override onAttach(session: SessionInfo): void {
    this.finish({ type: 'attach', session });
  }

  protected override onKey(event: KeyEvent): boolean {
    const { overlays } = this.screen;
    if (!overlays) return false;
    if (event.type === 'control' && event.key === 'p') {
      this.screen.turnPreview();
      return true;
    }
    const asksForKeys = event.type === 'text' && event.text === '?' && this.query === '';
    if (asksForKeys || (event.type === 'action' && event.action === 'help')) {
      overlays.showKeys(SWITCHER_KEYS);
      return true;
    }
    const action = event.type === 'control' ? ACTIONS[event.key] : undefined;
    const session = this.selectedSession;
    if (action && session && !this.refusesKey()) overlays.begin(action, session);
    return action !== undefined;
  }

  protected get hints(): readonly Hint[] {
    return switcherHints(this.list[this.selected], {
      hasActions: this.screen.overlays !== undefined,
      canPreview: this.screen.canPreview,
      isEmpty: this.query === '',
    });
  }
}
