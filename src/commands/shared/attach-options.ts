/** What start, attach and switch have in common once they are attached: keys, and the switcher. */

import type { AttachLoopOptions } from '../../client/attach/attach-loop.ts';
import type { AttachRequest } from '../../client/attach/attachment.ts';
import type { UserTerminal } from '../../client/attach/user-terminal.ts';
import { listSessions, liveForSure } from '../../client/sessions/list.ts';
import type { StartRequest } from '../../client/start/plan.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Config } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { colorWanted } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { SwitcherTerminal } from '../../ui/switcher.ts';

export function attachOptions(paths: StatePaths, config: Config, here: Project): AttachLoopOptions {
  return {
    paths,
    detachKey: config.detachKey,
    switchKey: config.switchKey,
    choose: (terminal, current) => chooseNext(terminal, current, { paths, config, here }),
  };
}

async function chooseNext(
  terminal: UserTerminal,
  current: SessionInfo,
  { paths, config, here }: { paths: StatePaths; config: Config; here: Project },
): ReturnType<AttachLoopOptions['choose']> {
  const { chooseSession } = await import('../../ui/switcher.ts');
  const choice = await chooseSession(switcherTerminal(terminal), {
    sessions: await listSessions(paths),
    here,
    current: current.fullName,
    color: colorWanted(),
    refresh: () => listSessions(paths),
  });
  switch (choice.type) {
    case 'cancel':
      return undefined;
    case 'attach':
      return attachRequestFor(terminal, choice.session, { paths, config });
    case 'start':
      return startRequestFor(terminal, {
        project: here,
        name: choice.name,
        cwd: here.root,
        config,
        paths,
      });
  }
}

/** To a session of a list: it is attached, or started again where it has ended. */
export async function attachRequestFor(
  terminal: UserTerminal,
  session: SessionInfo,
  { paths, config }: { paths: StatePaths; config: Config },
): Promise<AttachRequest> {
  if (session.state === 'running')
    return { type: 'attach', fullName: session.fullName, readOnly: false };
  const project = { root: session.root, name: session.project, hash: session.hash };
  return startRequestFor(terminal, {
    project,
    name: session.name,
    cwd: session.cwd,
    config,
    paths,
  });
}

/**
 * What the session before has left on the screen is scrolled up first, as it is for one that is
 * attached: its lines would stand among those of the new one. What there is to say about that shows
 * once it is left again.
 */
async function startRequestFor(
  terminal: UserTerminal,
  wanted: Pick<StartRequest, 'project' | 'name' | 'cwd' | 'config' | 'paths'>,
): Promise<AttachRequest> {
  const { planStart } = await import('../../client/start/plan.ts');
  const { connection, live } = await liveForSure(wanted.paths);
  using _connection = connection;
  const { spec, said } = await planStart({ ...wanted, userArgs: [], live });
  terminal.write(Buffer.from(`${'\r\n'.repeat(terminal.rows)}\x1b[H`));
  if (said) terminal.write(Buffer.from(`${safeText(said)}\r\n`));
  return { type: 'start', spec };
}

/** The raw terminal as the switcher wants it. */
export function switcherTerminal(terminal: UserTerminal): SwitcherTerminal {
  return {
    write: (text) => terminal.write(Buffer.from(text)),
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    onInput: (listener) => {
      terminal.onInput = listener;
      return () => {
        terminal.onInput = undefined;
      };
    },
    onResize: (listener) => {
      terminal.onResize = listener;
      return () => {
        terminal.onResize = undefined;
      };
    },
  };
}
