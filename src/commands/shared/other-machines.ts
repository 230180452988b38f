/** Other machines as the lists here see them. Who reaches them, in `commands/far`, is loaded where there are some. */
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
  /** Of those that have answered, as {@link calledHere}, in that order. */
  readonly sessions: readonly SessionInfo[];
  /** Which are missing, and why, in one line; empty: none is. */
  readonly missing: string;
  /** Its sessions are known as they are now. */
  answers(host: string): boolean;
  /** Follows them from now on; `changed` is called until {@link rest}. */
  begin(changed: () => void): void;
  /** Nobody looks any more. The line to `keep` stays: a session there is attached to. */
  rest(keep?: string): void;
  close(): void;
  /** Those for a session of any machine; `own` are those of this one. */
  actions(own: SessionActions): SessionActions;
  /** The same for pictures, until it is closed. */
  pictures(own: PreviewSource): PreviewSource & { close(): void };
  /** Where a session is, and what attaches to it; one that has ended is started again. @throws UserError */
  goTo(session: SessionInfo): Promise<Elsewhere>;
  /** Starts a new session. @throws UserError */
  start(host: string, name: string, how?: StartThere): Promise<Elsewhere>;
}

export interface Elsewhere {
  /** The caller closes its link. */
  readonly place: AttachPlace;
  readonly request: AttachRequest;
  /** What a start there had to say; not safe to show. */
  readonly said?: string;
}

/** Reaches them when it is first called. */
export type LoadMachines = () => Promise<OtherMachines>;

/**
 * A session of another machine, by names that mean it here. The same path has the same hash there, so that has the
 * machine before it, too.
 */
export function calledHere<S extends SessionInfo>(session: S, host: string): S {
  const here = (name: string) => `${host}/${name}`;
  const { project, hash, fullName } = session;
  return { ...session, project: here(project), hash: here(hash), fullName: here(fullName) };
}

/** Its full name there, from that of {@link calledHere}. */
export function fullNameThere(fullName: string): string {
  return fullName.slice(fullName.indexOf('/') + 1);
}
