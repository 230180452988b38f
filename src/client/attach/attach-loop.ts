/**
 * The attach loop: attaches to one session after another as the user switches, without returning to
 * the shell, until the user detaches or a session ends.
 */
import { UserError } from '../../platform/errors.ts';
import type { Exit, ScrollbackOnAttach, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { hasHistory, historyOfTerminal, rememberShown } from '../../store/terminal-history.ts';
import { keyLabel } from '../../terminal/key-names.ts';
import { isNoSuchSession } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { attach } from './attach.ts';
import { createKeyScanner } from './detach-keys.ts';
import type { AttachEnd, Attached, AttachRequest, FarSide, TerminalContext } from './types.ts';
import { UserTerminal } from './user-terminal.ts';

/** The machine of an attachment: its link, and what is different on another machine. */
export interface AttachPlace {
  readonly link: SupervisorLink;
  /** Undefined: this machine. */
  readonly far?: FarSide;
}

export interface AttachLoopOptions {
  /** Those of this machine, even if the session is on another one. */
  readonly paths: StatePaths;
  readonly detachKey: string;
  readonly switchKey: string;
  readonly scrollbackOnAttach: ScrollbackOnAttach;
  /** Shows the switcher in the raw terminal. */
  choose(terminal: UserTerminal, left: LeftSession): Promise<NextAttach>;
  /** Called before the first attachment that the user ever makes, with the raw terminal. */
  welcome?(terminal: UserTerminal): Promise<void>;
  /** Called when the terminal has been given back to the user. */
  close?(): void;
  /** Called once for each attachment, when the terminal shows its session. */
  onAttached?(session: SessionInfo, created: boolean): void;
}

/** The session from which the switcher was opened. */
export interface LeftSession {
  /** With its name on its own machine. */
  readonly session: SessionInfo;
  readonly place: AttachPlace;
  /**
   * Full name of the session that this terminal showed before, with `HOST/` if that is on another machine.
   */
  readonly previous: string | undefined;
}

export type NextAttach =
  | AttachRequest
  /** On another machine than the session that was left; the loop closes its link. */
  | { readonly type: 'elsewhere'; readonly place: AttachPlace; readonly request: AttachRequest }
  /** To the session that was left, by the name that it has now. */
  | { readonly type: 'back'; readonly fullName: string }
  /** The session has ended in the meantime; null: lost with its supervisor. */
  | { readonly type: 'over'; readonly exit: Exit | null };

export interface AttachResult {
  /** The last one attached to, and its machine. */
  readonly session: SessionInfo;
  readonly place: AttachPlace;
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
  place: AttachPlace,
  request: AttachRequest,
  options: AttachLoopOptions,
): Promise<AttachResult> {
  return withTerminal(options, (context) => runAttachLoop(place, request, options, context));
}

/** Calls `use` with the terminal, which it may make raw, and restores the terminal afterwards. */
export async function withTerminal<T>(
  options: Omit<AttachLoopOptions, 'choose' | 'onAttached'>,
  use: (context: TerminalContext) => Promise<T>,
): Promise<T> {
  const terminal = new UserTerminal();
  const restoreAtExit = () => terminal.restore();
  process.once('exit', restoreAtExit);
  try {
    return await use({
      terminal,
      keys: createKeyScanner(options.detachKey, options.switchKey),
      scrollbackOnAttach: options.scrollbackOnAttach,
      detachLabel: keyLabel(options.detachKey),
    });
  } finally {
    await terminal.settled();
    terminal.restore();
    terminal.close();
    process.off('exit', restoreAtExit);
    options.close?.();
  }
}

/** As {@link attachTerminal}, in a terminal that the caller restores. */
export async function runAttachLoop(
  first: AttachPlace,
  firstRequest: AttachRequest,
  options: AttachLoopOptions,
  context: TerminalContext,
): Promise<AttachResult> {
  if (options.welcome && !hasHistory(options.paths)) await options.welcome(context.terminal);
  let [place, request] = [first, firstRequest];
  try {
    for (;;) {
      const requestedAt = Date.now();
      const attached = await attachAt(place, request, context);
      options.onAttached?.(attached.session, attached.created);
      const { end, session } = await attached.ended;
      const previous = shownBefore(options.paths, nameOf(session, place));
      if (end.type !== 'switch') return { session, place, end, request, requestedAt };
      const next = await options.choose(context.terminal, { session, place, previous });
      if (next.type === 'over') {
        const { exit } = next;
        const over: AttachEnd = exit
          ? { type: 'ended', exit, whileAway: true }
          : { type: 'lost', late: false };
        return { session, place, end: over, request, requestedAt };
      }
      const readOnly = request.type === 'attach' && request.readOnly;
      if (next.type === 'elsewhere') {
        if (place !== first) place.link.close();
        ({ place, request } = next);
      } else
        request =
          next.type === 'back' ? { type: 'attach', fullName: next.fullName, readOnly } : next;
    }
  } finally {
    if (place !== first) place.link.close();
  }
}

/** On another machine, no supervisor is launched. */
async function attachAt(
  { link, far }: AttachPlace,
  request: AttachRequest,
  terminal: TerminalContext,
): Promise<Attached> {
  const sshAuthSock = far ? undefined : process.env.SSH_AUTH_SOCK;
  const context = { ...terminal, paths: link.paths, far, sshAuthSock };
  if (!far) return link.run((connection) => attach(connection, request, context));
  try {
    const found = await link.runIfThere((connection) => attach(connection, request, context));
    if (found) return found;
  } catch (error) {
    if (far.problem === undefined || isNoSuchSession(error)) throw error;
  }
  throw new UserError(
    far.problem ?? `no session is running on ${far.host}`,
    `See what runs: codex-sessions ls ${far.host}/`,
  );
}

function nameOf({ fullName }: SessionInfo, { far }: AttachPlace): string {
  return far ? `${far.host}/${fullName}` : fullName;
}

/** Remembers that this terminal has shown the session. @returns the one shown before it */
function shownBefore(paths: StatePaths, fullName: string): string | undefined {
  const [last, before] = historyOfTerminal(paths);
  rememberShown(paths, fullName);
  return last === fullName ? before : last;
}
