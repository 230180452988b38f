/**
 * The attach loop: attaches to one session after another as the user switches, without returning to
 * the shell, until the user detaches or a session ends.
 */
import type { Exit, ScrollbackOnAttach, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { hasHistory, historyOfTerminal, rememberShown } from '../../store/terminal-history.ts';
import { keyLabel } from '../../terminal/key-names.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { attach } from './attach.ts';
import { createKeyScanner } from './detach-keys.ts';
import type { AttachContext, AttachEnd, AttachRequest, FarSide } from './types.ts';
import { UserTerminal } from './user-terminal.ts';

export interface AttachLoopOptions {
  readonly paths: StatePaths;
  readonly detachKey: string;
  readonly switchKey: string;
  readonly scrollbackOnAttach: ScrollbackOnAttach;
  /** The machine that the sessions are on, if it is another one. */
  readonly far?: FarSide;
  /**
   * Shows the switcher in the raw terminal. `previous`: full name of the one that this terminal showed before
   * `current`.
   */
  choose(
    terminal: UserTerminal,
    current: SessionInfo,
    link: SupervisorLink,
    previous: string | undefined,
  ): Promise<NextAttach>;
  /** Called before the first attachment that the user ever makes, with the raw terminal. */
  welcome?(terminal: UserTerminal): Promise<void>;
  /** Called once for each attachment, when the terminal shows its session. */
  onAttached?(session: SessionInfo, created: boolean): void;
}

export type NextAttach =
  | AttachRequest
  /** To the session that was left, by the name that it has now. */
  | { readonly type: 'back'; readonly fullName: string }
  /** That session has ended meanwhile; null: lost with its supervisor. */
  | { readonly type: 'over'; readonly exit: Exit | null };

export interface AttachResult {
  /** The last one attached to. */
  readonly session: SessionInfo;
  readonly end: AttachEnd;
  /** The last one, and when it was made (ms since the epoch). */
  readonly request: AttachRequest;
  readonly requestedAt: number;
}

/**
 * Attaches the terminal of this process, and resolves when the user leaves or the session ends.
 * @throws UserError when an attach is refused; the terminal is restored first.
 */
export async function attachTerminal(
  link: SupervisorLink,
  request: AttachRequest,
  options: AttachLoopOptions,
): Promise<AttachResult> {
  return withTerminal(options, (context) => runAttachLoop(link, request, options, context));
}

/** Calls `use` with the terminal, which it may make raw, and restores the terminal afterwards. */
export async function withTerminal<T>(
  options: Omit<AttachLoopOptions, 'choose' | 'onAttached'>,
  use: (context: AttachContext) => Promise<T>,
): Promise<T> {
  const terminal = new UserTerminal();
  const restoreAtExit = () => terminal.restore();
  process.once('exit', restoreAtExit);
  try {
    return await use({
      paths: options.paths,
      terminal,
      keys: createKeyScanner(options.detachKey, options.switchKey),
      sshAuthSock: options.far ? undefined : process.env.SSH_AUTH_SOCK,
      far: options.far,
      scrollbackOnAttach: options.scrollbackOnAttach,
      detachLabel: keyLabel(options.detachKey),
    });
  } finally {
    await terminal.settled();
    terminal.restore();
    terminal.close();
    process.off('exit', restoreAtExit);
  }
}

/** As {@link attachTerminal}, in a terminal that the caller restores. */
export async function runAttachLoop(
  link: SupervisorLink,
  first: AttachRequest,
  options: AttachLoopOptions,
  context: AttachContext,
): Promise<AttachResult> {
  if (options.welcome && !hasHistory(options.paths)) await options.welcome(context.terminal);
  for (let request = first; ; ) {
    const requestedAt = Date.now();
    const attached = await link.run((connection) => attach(connection, request, context));
    options.onAttached?.(attached.session, attached.created);
    const { end, session } = await attached.ended;
    const [last, before] = historyOfTerminal(options.paths);
    const previous = last === session.fullName ? before : last;
    rememberShown(options.paths, session.fullName);
    if (end.type !== 'switch') return { session, end, request, requestedAt };
    const next = await options.choose(context.terminal, session, link, previous);
    if (next.type === 'over') {
      const { exit } = next;
      const over: AttachEnd = exit
        ? { type: 'ended', exit, whileAway: true }
        : { type: 'lost', late: false };
      return { session, end: over, request, requestedAt };
    }
    const readOnly = request.type === 'attach' && request.readOnly;
    request = next.type === 'back' ? { type: 'attach', fullName: next.fullName, readOnly } : next;
  }
}
