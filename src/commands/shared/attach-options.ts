/** The keys of an attached terminal, and the switcher that one of them opens. */

import {
  type AttachLoopOptions,
  type AttachRequest,
  listOnce,
  type NextAttach,
  PreviewFeed,
  planStart,
  type StartRequest,
  type SupervisorLink,
  saidOf,
  type UserTerminal,
} from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Config, loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { signs } from '../../terminal/ascii.ts';
import { colorWanted } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { SwitcherTerminal } from '../../ui/switcher.ts';
import { refuseOtherWorld } from './other-world.ts';

export function attachOptions(paths: StatePaths, config: Config): AttachLoopOptions {
  return {
    paths,
    detachKey: config.detachKey,
    switchKey: config.switchKey,
    scrollbackOnAttach: config.scrollbackOnAttach,
    choose: (terminal, current, link, previous) =>
      chooseNext(terminal, link, { current, previous }),
    welcome: async (terminal) => (await import('./welcome.ts')).welcome(terminal, config),
  };
}

/** In the project of the session that the user leaves, whatever directory the shell is in. */
async function chooseNext(
  terminal: UserTerminal,
  link: SupervisorLink,
  { current, previous }: { current: SessionInfo; previous: string | undefined },
): Promise<NextAttach> {
  const { paths } = link;
  const here: Project = { root: current.root, name: current.project, hash: current.hash };
  const [{ chooseSession }, { sessionActions }, { previewOptions }] = await Promise.all([
    import('../../ui/switcher.ts'),
    import('./session-actions.ts'),
    import('./preview-options.ts'),
  ]);
  using pictures = new PreviewFeed(paths);
  const choice = await chooseSession(switcherTerminal(terminal), {
    sessions: await listOnce(paths),
    here,
    current: current.fullName,
    previous,
    color: colorWanted(),
    refresh: () => listOnce(paths),
    actions: sessionActions(paths),
    preview: previewOptions(paths, pictures),
  });
  switch (choice.type) {
    case 'cancel':
      return backTo(current, await listOnce(paths, { all: true }));
    case 'attach':
      return attachRequestFor(terminal, choice.session, link);
    case 'start':
      return startRequestFor(terminal, link, {
        project: here,
        name: choice.name,
        cwd: here.root,
      });
  }
}

/** It may have been renamed or ended in the switcher, or elsewhere. */
function backTo({ pid, fullName }: SessionInfo, all: readonly SessionInfo[]): NextAttach {
  const live = all.find((one) => one.state === 'running' && one.pid === pid);
  if (live) return { type: 'back', fullName: live.fullName };
  const ended = all.find((one) => one.fullName === fullName);
  if (ended?.state === 'lost') return { type: 'over', exit: null };
  return { type: 'over', exit: ended?.exit ?? { code: null, signal: null } };
}

/** Attaches to the chosen session, or starts it again if it has ended. */
export async function attachRequestFor(
  terminal: UserTerminal,
  session: SessionInfo,
  link: SupervisorLink,
): Promise<AttachRequest> {
  const { root, project, hash, name, cwd, fullName } = session;
  if (session.state === 'running') return { type: 'attach', fullName, readOnly: false };
  return startRequestFor(terminal, link, {
    project: { root, name: project, hash },
    name,
    cwd,
  });
}

/**
 * Scrolls up what the previous session left on the screen, so that it does not mix with the new one's
 * output. The plan's message becomes visible when the new session is left.
 */
async function startRequestFor(
  terminal: UserTerminal,
  link: SupervisorLink,
  wanted: Pick<StartRequest, 'project' | 'name' | 'cwd'>,
): Promise<AttachRequest> {
  const config = await loadConfig(process.env, wanted.project);
  const live = await link.liveSessions();
  // After its first answer: only then is it known where it lives.
  await refuseOtherWorld(link, wanted.name);
  const plan = await planStart({
    ...wanted,
    config,
    paths: link.paths,
    userArgs: [],
    live,
  });
  terminal.write(Buffer.from(`${'\r\n'.repeat(terminal.rows)}\x1b[H`));
  const lines = saidOf(plan)?.split('\n') ?? [];
  for (const line of lines) terminal.write(Buffer.from(`${safeText(line)}\r\n`));
  return { type: 'start', spec: plan.spec, tried: plan.tried };
}

/** The raw terminal, for the switcher and the dashboard. */
export function switcherTerminal(terminal: UserTerminal): SwitcherTerminal {
  return {
    write: (text) => terminal.write(Buffer.from(signs(text))),
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
