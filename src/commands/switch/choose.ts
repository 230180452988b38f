/** Shows the switcher for a command, and goes to what the user chooses. */
import { listOnce, PreviewFeed } from '../../client/index.ts';
import { EXIT, messageOf } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { machineOf } from '../../store/host-names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { colorWanted } from '../../terminal/output.ts';
import type { Choice } from '../../ui/switcher.ts';
import { machinesOfList } from '../other-machines.ts';
import type { Where } from '../shared/open.ts';
import type { OtherMachines } from '../shared/other-machines.ts';

/** Shows the switcher, and attaches to what the user chooses. */
export async function chooseAndFollow(
  paths: StatePaths,
  project: Project,
  { sessions, query, host, local = false, ...how }: Asked,
): Promise<number> {
  let note = '';
  const others = await machinesOfList(paths, { only: host, local, stays: false }).catch(
    (error: unknown) => {
      note = `Other machines are left out: ${messageOf(error)}`;
      return undefined;
    },
  );
  try {
    const choice = await ask(paths, { project, sessions, query, host, others, note });
    return await follow(choice.type === 'start' && host ? { ...choice, host } : choice, how);
  } finally {
    others?.close();
  }
}

export interface How {
  readonly nest: boolean;
  readonly readOnly?: boolean;
  readonly open?: Where | undefined;
  /** Runs the command `attach`, for a session of this machine. */
  readonly attach: Attach;
}

type Attach = (
  options: { readonly readOnly: boolean; readonly nest: boolean; readonly open: Where | undefined },
  names: readonly string[],
) => Promise<number>;

interface Asked extends How {
  readonly sessions: readonly SessionInfo[];
  readonly query?: string | undefined;
  /** The only machine shown, if it is another one. */
  readonly host?: string | undefined;
  readonly local?: boolean;
}

interface Shown extends Pick<Asked, 'sessions' | 'query' | 'host'> {
  readonly project: Project;
  readonly others: OtherMachines | undefined;
  readonly note: string;
}

async function ask(paths: StatePaths, shown: Shown): Promise<Choice> {
  const { project, sessions, query, host, others, note } = shown;
  const [{ chooseHere }, { chooseSession }, { sessionActions }, { previewOptions }] =
    await Promise.all([
      import('../../ui/local-terminal.ts'),
      import('../../ui/switcher.ts'),
      import('../shared/session-actions.ts'),
      import('../shared/preview-options.ts'),
    ]);
  using previews = new PreviewFeed(paths);
  const all = others?.previews(previews);
  const own = sessionActions(paths);
  const current = process.env.CODEX_SESSIONS_SESSION;
  let changed = () => {};
  others?.begin(() => changed());
  const listen = (call: () => void) => {
    changed = call;
  };
  const list = async () => (host === undefined ? await listOnce(paths) : []);
  const options = {
    sessions,
    here: project,
    refresh: async () => [...(await list()), ...(others?.sessions ?? [])],
    color: colorWanted(),
    actions: others?.actions(own) ?? own,
    preview: previewOptions(paths, all ?? previews),
    ...(others && { others: { hosts: others.hosts, listen, missing: () => others.missing } }),
    note,
    ...(query !== undefined && { query }),
    ...(current !== undefined && { current }),
  };
  try {
    return await chooseHere((terminal) => chooseSession(terminal, options));
  } finally {
    all?.close();
    others?.rest();
  }
}

export async function follow(choice: Choice, how: How): Promise<number> {
  if (choice.type === 'cancel') return EXIT.ok;
  const host = choice.type === 'start' ? choice.host : machineOf(choice.session.fullName);
  if (host !== undefined) return followThere(choice, host, how);
  const name = choice.type === 'start' ? choice.name : choice.session.fullName;
  if (choice.type === 'attach' && choice.session.state === 'running') return attachTo(name, how);
  const { nest, open } = how;
  const { run: start } = await import('../start.ts');
  return start({ detach: false, ask: false, cwd: undefined, nest, open }, [name], []);
}

/** `fullName`: with its host if it is on another machine. */
export async function attachTo(fullName: string, how: How): Promise<number> {
  const host = machineOf(fullName);
  if (host !== undefined) return onHost(host, 'attach', fullName, how);
  const { nest, open, readOnly = false } = how;
  return how.attach({ readOnly, nest, open }, [fullName]);
}

function followThere(
  choice: Exclude<Choice, { type: 'cancel' }>,
  host: string,
  how: How,
): Promise<number> {
  if (choice.type === 'start') return onHost(host, 'start', `${host}/${choice.name}`, how);
  const { fullName, state } = choice.session;
  return onHost(host, state === 'running' ? 'attach' : 'start', fullName, how);
}

/** Does what the command of this name does, for a session on another machine. */
async function onHost(
  host: string,
  command: 'attach' | 'start',
  fullName: string,
  { nest, open, readOnly = false }: How,
): Promise<number> {
  const { run } = await import('../far.ts');
  const words = [command, fullName.slice(host.length + 1)];
  const isReadOnly = readOnly && command === 'attach';
  return run({ host, command, words, options: { nest, open, readOnly: isReadOnly }, count: 1 });
}
