/**
 * A stay in sessions: attach, and go on in another one as often as the user switches, without a
 * trip through the shell, until they leave or the session does.
 */
import { constants } from 'node:os';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { withSupervisor } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';
import { displayName } from '../sessions/display-name.ts';
import {
  type AttachContext,
  type AttachEnd,
  type Attached,
  type AttachRequest,
  attach,
} from './attachment.ts';
import { KeyScanner, parseKey } from './detach-keys.ts';
import { UserTerminal } from './user-terminal.ts';

export interface AttachLoopOptions {
  readonly paths: StatePaths;
  readonly detachKey: string;
  readonly switchKey: string;
  /** Shows the switcher in the raw terminal; undefined goes back to where one was. */
  choose(terminal: UserTerminal, current: SessionInfo): Promise<AttachRequest | undefined>;
  /** Something to tell once the terminal is ours, such as what was resumed. */
  onAttached?(session: SessionInfo, created: boolean): void;
}

/**
 * Stays until the end, and tells in one line what it was.
 * @returns the exit code: the program's own when the session ended, 128 + signal for a signal.
 * @throws UserError when the first attach is refused; the terminal is as before then.
 */
export async function attachUntilLeft(
  connection: Connection,
  goal: AttachRequest,
  options: AttachLoopOptions,
): Promise<number> {
  return withTerminal(options, async (around) => {
    const { session, ending } = await runAttachLoop(connection, goal, options, around);
    around.terminal.restore();
    say(exitMessage(session, ending));
    return exitCode(ending);
  });
}

/** A terminal for as long as `use` takes, which makes it raw; however that ends, it is as before then. */
export async function withTerminal<T>(
  options: Pick<AttachLoopOptions, 'paths' | 'detachKey' | 'switchKey'>,
  use: (around: AttachContext) => Promise<T>,
): Promise<T> {
  const terminal = new UserTerminal();
  const restoreAtExit = () => terminal.restore();
  process.once('exit', restoreAtExit);
  const around: AttachContext = {
    paths: options.paths,
    terminal,
    keys: new KeyScanner({
      detach: parseKey(options.detachKey, 'detach_key'),
      switch: parseKey(options.switchKey, 'switch_key'),
    }),
    sshAuthSock: process.env.SSH_AUTH_SOCK,
  };
  try {
    return await use(around);
  } finally {
    await terminal.settled();
    terminal.restore();
    terminal.close();
    process.off('exit', restoreAtExit);
  }
}

/** From one session to the next, until they are left otherwise than for another. */
export async function runAttachLoop(
  first: Connection | undefined,
  firstGoal: AttachRequest,
  options: AttachLoopOptions,
  around: AttachContext,
): Promise<{ session: SessionInfo; ending: AttachEnd }> {
  let connection: Connection | undefined = first;
  let goal = firstGoal;
  for (;;) {
    const attached = await reach(connection, goal, around);
    options.onAttached?.(attached.session, attached.created);
    const ending = await attached.ended;
    const { session } = attached;
    if (ending.type !== 'switch') return { session, ending };
    goal = (await options.choose(around.terminal, session)) ?? {
      type: 'attach',
      fullName: session.fullName,
      readOnly: goal.type === 'attach' && goal.readOnly,
    };
    connection = undefined;
  }
}

async function reach(
  connection: Connection | undefined,
  goal: AttachRequest,
  around: AttachContext,
): Promise<Attached> {
  return withSupervisor(around.paths, connection, (over) => attach(over, goal, around));
}

/** What became of it, in a line or two. */
export function exitMessage(session: SessionInfo, ending: AttachEnd): string {
  const name = displayName(session);
  switch (ending.type) {
    case 'detached':
      return ending.by === 'self'
        ? `[detached from ${name}]`
        : `[detached from ${name} by request]`;
    case 'ended': {
      const { code, signal } = ending.exit;
      if (signal) return `[${name} ended by ${signal}]`;
      return code === null
        ? `[${name} ended, its exit code is unknown]`
        : `[${name} exited with ${code}]`;
    }
    case 'lost':
      return `[lost ${name}: the supervisor has gone away]\n  Bring it back: codex-sessions start ${safeText(session.name)}`;
    case 'signal':
      return `[detached from ${name} by ${ending.signal}]`;
    case 'switch':
      return `[left ${name}]`;
  }
}

function exitCode(ending: AttachEnd): number {
  switch (ending.type) {
    case 'ended': {
      const { code, signal } = ending.exit;
      if (signal) return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
      return code ?? EXIT.failure;
    }
    case 'lost':
      return EXIT.failure;
    case 'signal':
      return 128 + (constants.signals[ending.signal] ?? 0);
    default:
      return EXIT.ok;
  }
}

/** @throws UserError (usage) where somebody would have to sit in front of it and does not. */
export function requireTerminal(interactive: boolean, instead: string): void {
  if (!interactive) throw new UserError('this needs a terminal', instead, EXIT.usage);
}
