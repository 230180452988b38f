/**
 * What `watch` and the switcher do to a session of another machine. What depends on files there (records,
 * key bindings, the names in use) is done by a command that runs there; questions and keys go to the
 * supervisor there.
 */
import { EXIT, UserError } from '../../platform/errors.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Bridge, checkedQuestion, type Host, parseSessions } from '../../remote/index.ts';
import { machineOf } from '../../store/host-names.ts';
import { checkName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import { renameShown } from '../../store/terminal-history.ts';
import type { SessionActions } from '../../ui/session-actions.ts';
import { displayName } from '../shared/context.ts';
import { fullNameThere } from '../shared/other-machines.ts';
import { checkPrompt } from '../shared/read-prompt.ts';
import { sessionActions } from '../shared/session-actions.ts';
import { outputOf } from './output.ts';
import { refusedThere } from './start-there.ts';

/**
 * What is known here may be late, and `kill` takes whatever has the name by then.
 * @throws UserError when it has ended, or was started again, since it was shown
 */
async function checkUnchanged(session: SessionInfo, bridge: Bridge): Promise<void> {
  const line = await bridge.reach();
  const words = ['status', '--json', fullNameThere(session.fullName)];
  const { code, out } = await outputOf(line, words);
  // That there is none of this name is said by `kill`.
  const [now] = code === EXIT.ok ? parseSessions(`[${out}]`, line.host.name) : [];
  const runs = now?.state === 'running';
  if (!now || (runs === (session.state === 'running') && (!runs || now.pid === session.pid)))
    return;
  const name = displayName(session);
  throw new UserError(
    runs ? `${name} has been started anew: look, then press again.` : `${name} has ended by now.`,
  );
}

export type Reach = (session: SessionInfo) => Promise<{ bridge: Bridge; host: Host }>;

export interface FarActionsOptions {
  /** Those of this machine. */
  readonly paths: StatePaths;
  /** @throws UserError if there is no line */
  readonly reach: Reach;
  /** Removes a session that has ended from the list of its machine. */
  forget(session: SessionInfo): void;
}

/** `own`: the actions for sessions of this machine. */
export function farActions(own: SessionActions, options: FarActionsOptions): SessionActions {
  const far = farOnly(options);
  const of = ({ fullName }: SessionInfo) => (machineOf(fullName) === undefined ? own : far);
  return {
    pendingQuestion: (session) => of(session).pendingQuestion(session),
    answer: (session, question, choice) => of(session).answer(session, question, choice),
    sendPrompt: (session, text) => of(session).sendPrompt(session, text),
    interrupt: (session) => of(session).interrupt(session),
    kill: (session) => of(session).kill(session),
    rename: (session, name) => of(session).rename(session, name),
    openBeside: (session) => of(session).openBeside(session),
  };
}

function farOnly({ paths, reach, forget }: FarActionsOptions): SessionActions {
  /** `use` gets the session with its full name on its own machine. */
  const ask = async <T>(
    session: SessionInfo,
    use: (actions: SessionActions, there: SessionInfo) => Promise<T>,
  ): Promise<T> => {
    const { bridge, host } = await reach(session);
    const there = { ...session, fullName: fullNameThere(session.fullName) };
    try {
      return await use(sessionActions(bridge.paths), there);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The socket here accepts every connection, and closes it if no supervisor can be reached.
      const { problem } = bridge;
      if (problem !== undefined) throw new UserError(`${host.name}: ${problem}`);
      throw new UserError(`${host.name}: ${error.message}`, error.hint, error.exitCode);
    }
  };
  const run = async (
    session: SessionInfo,
    words: readonly string[],
    how: { readonly input?: string } = {},
  ): Promise<string> => {
    const line = await (await reach(session)).bridge.reach();
    const { code, errors } = await outputOf(line, words, how);
    if (code !== EXIT.ok) throw refusedThere(line, errors, code);
    return errors.trim().split('\n')[0] ?? '';
  };
  return {
    pendingQuestion: async (session) => {
      const question = await ask(session, (actions, there) => actions.pendingQuestion(there));
      if (question === null) return null;
      const checked = checkedQuestion(question);
      if (checked) return checked;
      throw new UserError(
        `what ${displayName(session)} asks cannot be understood`,
        'Attach to it: Enter.',
      );
    },
    answer: (session, question, choice) =>
      ask(session, (actions, there) => actions.answer(there, question, choice)),
    async sendPrompt(session, text) {
      checkPrompt(text);
      const words = ['send', '--timeout=5000ms', fullNameThere(session.fullName)];
      const said = await run(session, words, { input: text });
      const name = displayName(session);
      return said.endsWith('Codex has queued the prompt.')
        ? `${name} is working: Codex has queued the prompt.`
        : `Sent to ${name}.`;
    },
    interrupt: (session) => ask(session, (actions, there) => actions.interrupt(there)),
    async kill(session) {
      await checkUnchanged(session, (await reach(session)).bridge);
      const said = await run(session, ['kill', '--yes', fullNameThere(session.fullName)]);
      const name = displayName(session);
      if (session.state === 'running')
        return said.endsWith(' had ended already.')
          ? `${name} had ended already.`
          : `Killed ${name}.`;
      forget(session);
      return `${name} had ended; it is off the list now.`;
    },
    async rename(session, name) {
      await run(session, ['rename', fullNameThere(session.fullName), checkName(name)]);
      const { fullName } = session;
      renameShown(paths, fullName, fullName.replace(/:[^:]*(:[^:]*)$/, `:${name}$1`));
      return `${displayName(session)} is ${displayName({ ...session, name })} now.`;
    },
    // Its directory is on the other machine, so it opens in the home directory.
    openBeside: async (session) => {
      const { openBeside } = await import('../shared/open.ts');
      return openBeside({ ...session, root: homeDirectory() });
    },
  };
}
