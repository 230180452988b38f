/** Asks before a session is ended, as `kill` does. */
import { UserError } from '../../platform/errors.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { foldedAtWords } from '../fold.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import { isSame } from '../same-session.ts';
import { needTextOf, stateOf, titleOf } from '../session-text.ts';
import { BOLD, DIM, paint } from '../style.ts';
import { type Drawn, type Overlay, type OverlayHost, type Region, told } from './overlay.ts';

export class KillOverlay implements Overlay {
  readonly heading: string;
  readonly #host: OverlayHost;
  #session: SessionInfo;
  #isBusy = false;

  constructor(host: OverlayHost, session: SessionInfo) {
    this.#host = host;
    this.#session = session;
    this.heading = safeText(shortName(session));
  }

  get hints(): readonly Hint[] {
    const yes: Hint = ['y', this.#isRunning ? 'kill it' : 'take it off'];
    return this.#isBusy ? [['esc', 'close']] : [yes, ['n', 'leave it']];
  }

  get #isRunning(): boolean {
    return this.#session.state === 'running';
  }

  wantedRows(cols: number): number {
    return this.#lines(cols).length;
  }

  render({ cols, rows }: Region, color: boolean): Drawn {
    const [question = '', ...others] = this.#lines(cols);
    const lines = [paint(question, BOLD, color), ...others.map((line) => paint(line, DIM, color))];
    return { lines: lines.slice(0, rows).map((line) => ` ${line}`) };
  }

  #lines(cols: number): readonly string[] {
    const session = this.#session;
    const isBusy = session.status === 'working' || waitsForAnswer(session);
    const lost = this.#isRunning && isBusy ? ' The turn is lost.' : '';
    const question = this.#isRunning
      ? `Kill this session?${lost}`
      : 'It has ended. Take it off the list?';
    const about = [
      stateOf(session, this.#host.now(), true).text,
      needTextOf(session) || titleOf(session),
    ];
    const width = Math.max(1, cols - 2);
    return [
      ...foldedAtWords(this.#isBusy ? '…' : question, width),
      safeText(about.filter(Boolean).join(' · '), width),
    ];
  }

  take(event: KeyEvent): void {
    const key = event.type === 'text' && !('pasted' in event) ? event.text : '';
    const leaves = event.type === 'action' && event.action === 'cancel';
    if (leaves || key === 'n' || key === 'q') this.#host.close(this);
    else if (key === 'y' && !this.#isBusy) void this.#kill();
  }

  /** What was asked about is what is killed. */
  sessionsChanged(sessions: readonly SessionInfo[]): void {
    if (this.#isBusy) return;
    const before = this.#session;
    const now = sessions.find((session) => isSame(session, before));
    if (now?.state === before.state && now.pid === before.pid) {
      this.#session = now;
      return;
    }
    const name = safeText(shortName(before));
    this.#host.say(
      now === undefined
        ? `${name} is not in the list any more.`
        : now.state === 'running'
          ? `${name} has been started anew: look, then press again.`
          : `${name} has ended by now.`,
    );
    this.#host.close(this);
  }

  async #kill(): Promise<void> {
    this.#isBusy = true;
    try {
      this.#host.say(await this.#host.actions.kill(this.#session));
    } catch (error) {
      if (error instanceof UserError) this.#host.say(told(error));
      else this.#host.fail(error);
    }
    this.#host.close(this);
  }
}
