/** Attaches this terminal to a session on another machine. */
import { findSession, SupervisorLink } from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import { Bridge, type Line, parseSessions } from '../../remote/index.ts';
import type { Config } from '../../store/config.ts';
import { DEFAULT_NAME, parseFullName, shortName } from '../../store/names.ts';
import { statePaths } from '../../store/paths.ts';
import { isInteractive, say } from '../../terminal/output.ts';
import { safeLines } from '../../terminal/safe-text.ts';
import { attachOptions } from '../shared/attach-options.ts';
import { attachAt, requireTerminal } from '../shared/attach-session.ts';
import { refuseNesting } from '../shared/context.ts';
import type { Where } from '../shared/open.ts';
import type { FarCommand } from './far-command.ts';
import { farSide, Machines } from './machines.ts';
import { outputOf } from './output.ts';
import { withOwnTerminal } from './terminal.ts';

/** No project here takes precedence. */
const ANYWHERE = { root: '', name: '', hash: '', reachesAll: true };

/** @returns the exit code: the program's own when the session ended, 128 + signal for a signal */
export async function attachFar(line: Line, command: FarCommand, config: Config): Promise<number> {
  requireTerminal(isInteractive(), 'Use -d, or a command that needs none.');
  await refuseNesting(command.options.nest === true);
  const paths = statePaths();
  const bridge = new Bridge(paths, line);
  await bridge.listen();
  const machines = new Machines(paths, config.hosts, { bridge });
  try {
    using link = new SupervisorLink(bridge.paths);
    const fullName = await (command.command === 'attach'
      ? named(line, command, link)
      : started(line, command));
    const readOnly = command.options.readOnly === true;
    return await attachAt(
      { link, far: farSide(bridge) },
      { type: 'attach', fullName, readOnly },
      attachOptions(paths, config, async () => machines),
    );
  } finally {
    // This closes the bridge, too.
    machines.close();
  }
}

/** Shows it in another tab, pane or window of this machine, which attaches there. @returns the exit code */
export async function openFar(line: Line, command: FarCommand, where: Where): Promise<number> {
  const { nest, readOnly } = command.options;
  const { findOpener } = await import('../shared/open.ts');
  const how = { where, nest: nest === true, readOnly: readOnly === true };
  // Before anything is started there.
  const opener = await findOpener(how);
  const fullName = await (command.command === 'attach'
    ? named(line, command)
    : started(line, command));
  const { name } = line.host;
  const session = parseFullName(fullName) ?? { project: '', name: fullName, hash: '' };
  return await opener.open({
    ...{ ...session, project: `${name}/${session.project}`, fullName: `${name}/${fullName}` },
    // Its directory is on the other machine.
    ...{ root: homeDirectory(), state: 'running' },
  });
}

/** Starts the session there in the background, unless it is running. */
async function started(line: Line, { words, command }: FarCommand): Promise<string> {
  const [name = command, ...rest] = words;
  const there = [name, '--detach', '--no-wait', ...rest];
  const { code, out, errors } = await withOwnTerminal(
    { command, answers: false, reads: false },
    (terminal) => outputOf(line, there, { terminal }),
  );
  if (errors !== '') say(safeLines(errors.trimEnd()));
  if (code !== EXIT.ok) throw new Ended(code);
  return out.trimEnd();
}

/** Ends the command; the error has already been printed. */
export class Ended extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('ended');
    this.exitCode = exitCode;
  }
}

/**
 * Its full name.
 * @throws UserError if it is not running
 */
async function named(
  line: Line,
  { words, count, host }: FarCommand,
  link?: SupervisorLink,
): Promise<string> {
  const typed = count > 0 ? words.at(-1) : undefined;
  // A name alone is looked up on the other machine, unless the directory is its home directory.
  if (link && typed !== undefined && (typed.includes(':') || line.host.directory === '')) {
    const live = await link.ask({ type: 'list' }, 'sessions').catch(() => undefined);
    const found = findSession(typed, ANYWHERE, live?.sessions ?? []);
    if (found.type === 'found') return found.session.fullName;
  }
  const asked = await outputOf(line, ['status', '--json', typed ?? DEFAULT_NAME]);
  if (asked.code !== EXIT.ok) {
    say(safeLines(asked.errors.trimEnd()));
    throw new Ended(asked.code);
  }
  const [session] = parseSessions(`[${asked.out}]`, host);
  if (session?.state === 'running') return session.fullName;
  const shown = `${host}/${session ? shortName(session) : (typed ?? DEFAULT_NAME)}`;
  throw new UserError(
    `${shown} is not running`,
    `Start it again: codex-sessions start ${shown}`,
    EXIT.noSuchSession,
  );
}
