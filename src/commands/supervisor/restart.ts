/**
 * `supervisor restart --force`: ends a supervisor that hangs, so that its guard starts a successor.
 */
import { replaceSupervisor, type SeenSupervisor, seeSupervisor } from '../../client/index.ts';
import { EXIT, UserError, usageError } from '../../platform/errors.ts';
import { statePaths } from '../../store/paths.ts';
import { isInteractive, print, printJson, say } from '../../terminal/output.ts';
import { count, NONE_RUNS } from './words.ts';

interface Options {
  readonly json: boolean;
  readonly force: boolean;
  readonly yes: boolean;
}

const RESTORE = '"codex-sessions restore" brings back what has ended.';

const UPGRADE = 'It answers: "codex-sessions supervisor upgrade" loses nothing. ';

export async function restart({ json, force, yes }: Options): Promise<number> {
  if (!force)
    throw usageError(
      'supervisor restart needs --force: it kills a supervisor that hangs or is stopped, and its guard brings another',
      'For one that answers there is "codex-sessions supervisor upgrade".',
    );
  const paths = statePaths();
  const before = await seeSupervisor(paths);
  if (!before) {
    if (json) printJson(null);
    say(NONE_RUNS);
    return EXIT.ok;
  }
  if (!(await agreed(before, yes, json))) return EXIT.ok;
  const now = await replaceSupervisor(paths, before);
  const { pid } = before.holder;
  if (!now) return ended(before, json);
  if (json) {
    const { version, protocol, sessions } = now;
    printJson({ version, protocol, pid: now.pid, sessions });
  } else print(`pid ${pid} was ended; pid ${now.pid} goes on with ${count(now.sessions)}`);
  const names = new Set(now.names);
  const lost = before.sessions.filter((name) => !names.has(name));
  if (lost.length === 0) return EXIT.ok;
  say(`Not there any more: ${lost.join(', ')}. ${RESTORE}`);
  return EXIT.failure;
}

/**
 * Without a guard the sessions end, so the user is asked.
 * @throws UserError when the user cannot be asked
 */
async function agreed(before: SeenSupervisor, yes: boolean, json: boolean): Promise<boolean> {
  const { guard, sessions, holder, answers } = before;
  if (guard === 'on' || yes || (answers && sessions.length === 0)) return true;
  const what = sessions.length === 0 ? 'what runs in it' : `its ${count(sessions.length)}`;
  const loss = `${unguarded(before)}: if pid ${holder.pid} is ended, ${what} end${sessions.length > 1 ? '' : 's'}`;
  const hint = `${answers ? UPGRADE : ''}${RESTORE}`;
  if (json || !isInteractive())
    throw new UserError(
      loss,
      `To end it all the same: codex-sessions supervisor restart --force -y. ${hint}`,
    );
  say(`${loss[0]?.toUpperCase()}${loss.slice(1)}.\n  ${hint}`);
  const { confirm } = await import('../../ui/prompts.ts');
  return await confirm('End it all the same?');
}

function unguarded({ guard, said }: SeenSupervisor): string {
  if (guard === 'starting') return 'its guard is not there yet';
  return said?.reason ? `no guard waits (${said.reason})` : 'no guard waits';
}

function ended({ holder, sessions }: SeenSupervisor, json: boolean): number {
  if (json) printJson(null);
  const had = sessions.length === 0 ? '' : `, and its ${count(sessions.length)} with it`;
  const next = sessions.length === 0 ? 'The next start brings another.' : RESTORE;
  say(`pid ${holder.pid} was ended${had}. ${next}`);
  return EXIT.ok;
}
