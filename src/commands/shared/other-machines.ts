/**
 * Other machines as the lists here see them. What reaches them, in `commands/far`, is loaded only if there
 * are some.
 */
import type { AttachPlace, AttachRequest } from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Colors } from '../../terminal/colors.ts';
import type { PreviewSource } from '../../ui/preview-pane.ts';
import type { SessionActions } from '../../ui/session-actions.ts';

export interface StartThere {
  /** A directory there; the default of the host if it is left out. */
  readonly cwd?: string | undefined;
  /** The colours of this terminal, if they are known here. */
  readonly colors?: Colors | undefined;
}

export interface OtherMachines {
  /** Their names, in the order of the list. */
  readonly hosts: readonly string[];
  /** The sessions of those that have answered, as {@link calledHere}, in that order. */
  readonly sessions: readonly SessionInfo[];
  /** Which machines are missing, and why, in one line; empty if none is. */
  readonly missing: string;
  /** Whether its sessions are known as they are now. */
  answers(host: string): boolean;
  /** Follows them from now on; `changed` is called until {@link rest}. */
  begin(changed: () => void): void;
  /**
   * No list shows them any more. The line to the machine `keep` stays open: a session there is attached.
   */
  rest(keep?: string): void;
  close(): void;
  /** The actions for sessions of all machines; `own` are those for sessions of this one. */
  actions(own: SessionActions): SessionActions;
  /** The same for previews; to be closed. */
  previews(own: PreviewSource): PreviewSource & { close(): void };
  /** How to attach to a session, and where; one that has ended is started again. @throws UserError */
  goTo(session: SessionInfo): Promise<Elsewhere>;
  /** Starts a new session. @throws UserError */
  start(host: string, name: string, how?: StartThere): Promise<Elsewhere>;
}

export interface Elsewhere {
  /** The caller closes its link. */
  readonly place: AttachPlace;
  readonly request: AttachRequest;
  /** The messages of a start there; not safe to show. */
  readonly said?: string;
}

/** Loads what reaches them. */
export type LoadMachines = () => Promise<OtherMachines>;

/**
 * A session of another machine, with the names that mean it here. The same path has the same hash there, so
 * the hash gets the host as well.
 */
export function calledHere<S extends SessionInfo>(session: S, host: string): S {
  const here = (name: string) => `${host}/${name}`;
  const { project, hash, fullName } = session;
  return { ...session, project: here(project), hash: here(hash), fullName: here(fullName) };
}

/** Its full name on its own machine, from the one that {@link calledHere} gives. */
export function fullNameThere(fullName: string): string {
  return fullName.slice(fullName.indexOf('/') + 1);
}
