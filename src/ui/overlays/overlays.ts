/**
 * Opens overlays for what can be done to a session, and draws the open one; for `watch` and the
 * switcher.
 */
import { UserError } from '../../platform/errors.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import type { SessionActions } from '../session-actions.ts';
import { HelpOverlay } from './help-overlay.ts';
import { KillOverlay } from './kill-overlay.ts';
import { type Overlay, type OverlayHost, told } from './overlay.ts';
import { QuestionOverlay } from './question-overlay.ts';
import { TextOverlay } from './text-overlay.ts';

export type SessionAction = 'answer' | 'prompt' | 'interrupt' | 'kill' | 'rename' | 'open';

export interface OverlaysOptions {
  readonly actions: SessionActions;
  now(): number;
  /** The screen has to be drawn again. */
  changed(): void;
  attach(session: SessionInfo): void;
  /** For unexpected errors. */
  fail(error: unknown): void;
}

export class Overlays implements OverlayHost {
  readonly actions: SessionActions;
  /** At the foot of the screen; empty: none. */
  note = '';
  readonly #options: OverlaysOptions;
  #open: Overlay | undefined;

  constructor(options: OverlaysOptions) {
    this.#options = options;
    this.actions = options.actions;
  }

  get open(): Overlay | undefined {
    return this.#open;
  }

  take(event: KeyEvent): void {
    this.note = '';
    this.#open?.take(event);
  }

  sessionsChanged(sessions: readonly SessionInfo[]): void {
    this.#open?.sessionsChanged?.(sessions);
  }

  /** A refusal is shown as a note. */
  begin(action: SessionAction, session: SessionInfo): void {
    const name = safeText(shortName(session));
    if (action === 'answer' && !waitsForAnswer(session)) this.say(`${name} asks nothing.`);
    else if (action === 'interrupt' && session.status !== 'working')
      this.say(`${name} is not working.`);
    else this.#begin(action, session, name);
  }

  #begin(action: SessionAction, session: SessionInfo, name: string): void {
    switch (action) {
      case 'answer':
        this.#show(new QuestionOverlay(this, session));
        break;
      case 'prompt':
        this.#show(promptOverlay(this, session, name));
        break;
      case 'kill':
        this.#show(new KillOverlay(this, session));
        break;
      case 'rename':
        this.#show(renameOverlay(this, session, name));
        break;
      case 'interrupt':
        void this.#do(this.actions.interrupt(session));
        break;
      case 'open':
        void this.#do(this.actions.openBeside(session));
    }
  }

  showKeys(keys: readonly Hint[]): void {
    this.#show(new HelpOverlay(this, keys));
  }

  async #do(action: Promise<string>): Promise<void> {
    try {
      this.say(await action);
    } catch (error) {
      if (error instanceof UserError) this.say(told(error));
      else this.fail(error);
    }
  }

  #show(overlay: Overlay): void {
    this.#open?.end?.();
    this.#open = overlay;
    this.changed();
  }

  close(overlay: Overlay): void {
    if (this.#open !== overlay) return;
    this.#open = undefined;
    overlay.end?.();
    this.changed();
  }

  /** The screen is being left. */
  end(): void {
    this.#open?.end?.();
    this.#open = undefined;
  }

  now(): number {
    return this.#options.now();
  }

  changed(): void {
    this.#options.changed();
  }

  say(note: string): void {
    this.note = note;
    this.changed();
  }

  attach(session: SessionInfo): void {
    this.#options.attach(session);
  }

  fail(error: unknown): void {
    this.#options.fail(error);
  }
}

function promptOverlay(host: OverlayHost, session: SessionInfo, name: string): TextOverlay {
  return new TextOverlay(host, {
    heading: `A prompt for ${name}`,
    about: aboutPrompt(session),
    severalLines: true,
    does: 'send',
    submit: (text) => host.actions.sendPrompt(session, text),
  });
}

/** Opens even if it will be refused: what is typed must not be taken for keys. */
function aboutPrompt(session: SessionInfo): string {
  if (session.state !== 'running') return 'It is not running, and takes no prompt.';
  if (waitsForAnswer(session)) return 'It waits for an answer, and takes no prompt before that.';
  return session.status === 'working' ? 'It is working: Codex queues the prompt.' : '';
}

function renameOverlay(host: OverlayHost, session: SessionInfo, name: string): TextOverlay {
  return new TextOverlay(host, {
    heading: `A new name for ${name}`,
    about: '',
    initial: session.name,
    severalLines: false,
    does: 'rename',
    submit: (text) => host.actions.rename(session, text.trim()),
  });
}
