/**
 * The list of `kill` without a name: sessions are found by typing, and marked with the space bar.
 */
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { Hint } from './footer.ts';
import type { Match } from './fuzzy.ts';
import type { ListTerminal } from './list-terminal.ts';
import { SearchList } from './search-list.ts';
import type { SearchListOptions } from './search-options.ts';
import type { Row, View } from './switcher-model.ts';
import { plural } from './switcher-view.ts';

const NAME_MAX_COLUMNS = 30;

/** @returns the sessions to kill; none if the user leaves the list */
export function chooseToKill(
  terminal: ListTerminal,
  options: SearchListOptions,
): Promise<readonly SessionInfo[]> {
  return new KillList(terminal, options).run();
}

class KillList extends SearchList<readonly SessionInfo[]> {
  protected readonly cancelled: readonly SessionInfo[] = [];
  readonly #marked = new Set<string>();

  protected rowsFor(matches: readonly Match[]): readonly Row[] {
    return matches.map((match) => ({ type: 'session', match }));
  }

  protected firstRow(): number {
    return 0;
  }

  /**
   * The marked sessions, or else the one that was found by typing. An accidental Enter kills
   * nothing.
   */
  protected accepted(row: Row | undefined): readonly SessionInfo[] | undefined {
    const marked = this.sessions.filter(({ fullName }) => this.#marked.has(fullName));
    // Even if they have ended in the meantime: Enter was meant for them, not for the selected one.
    if (this.#marked.size > 0) return marked;
    if (this.query === '' || row?.type !== 'session' || this.refusesKey()) return undefined;
    return [row.match.session];
  }

  /** No session name contains a space. */
  protected override onSpace(): void {
    const row = this.list[this.selected];
    if (row?.type !== 'session') return;
    const { fullName } = row.match.session;
    if (!this.#marked.delete(fullName)) this.#marked.add(fullName);
  }

  protected override get purpose(): View['purpose'] {
    return { type: 'kill', marked: this.#marked };
  }

  /** Enter is shown only where it has an effect. */
  protected get hints(): readonly Hint[] {
    const row = this.list[this.selected];
    const found = this.query !== '' && row?.type === 'session' ? row.match.name : '';
    const marked = this.#marked.size;
    const targets = marked > 0 ? plural(marked, 'session') : safeText(found, NAME_MAX_COLUMNS);
    return [
      ...(targets === '' ? [] : [['enter', `kill ${targets}`] as const]),
      ['esc', 'leave'],
      ['space', 'mark'],
      ['↑↓', 'choose'],
    ];
  }
}
