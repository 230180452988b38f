/** Asks before a session starts in another container or sandbox than the command's. */
import { isInOtherWorld, type SupervisorLink } from '../../client/index.ts';
import { UserError } from '../../platform/errors.ts';
import { isInteractive } from '../../terminal/output.ts';

const OWN = 'For sessions of their own here, set CODEX_SESSIONS_DIR to another directory.';
const WHERE = 'the supervisor runs in another container or sandbox, with other files and processes';

/**
 * Returns if sessions that `link` starts will run where this command does, if that is not known,
 * and if the user agrees to the other place: by `--there`, or when asked in a terminal. `what`:
 * what is to be started.
 * @throws UserError otherwise
 */
export async function agreeOnWorld(
  link: SupervisorLink,
  what: string,
  there: boolean | undefined,
): Promise<void> {
  const connection = await link.find();
  if (there || !connection || !isInOtherWorld(connection)) return;
  if (!isInteractive()) throw new UserError(WHERE, `${OWN} To start ${what} there: --there`);
  const { confirm } = await import('../../ui/prompts.ts');
  if (!(await confirm(`T${WHERE.slice(1)}. Start ${what} there?`)))
    throw new UserError('nothing was started', OWN);
}

/**
 * As {@link agreeOnWorld}, if the user cannot be asked: between two sessions, in the raw terminal.
 */
export async function refuseOtherWorld(link: SupervisorLink, name: string): Promise<void> {
  const connection = await link.find();
  if (connection && isInOtherWorld(connection))
    throw new UserError(WHERE, `${OWN} To start it there: codex-sessions start --there ${name}`);
}
