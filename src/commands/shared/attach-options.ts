/** The keys of an attached terminal, and the switcher that one of them opens. */

import {
  type AttachLoopOptions,
  type AttachRequest,
  type LeftSession,
  listOnce,
  type NextAttach,
  PreviewFeed,
  planStart,
  type StartRequest,
  SupervisorLink,
  saidOf,
  type UserTerminal,
} from '../../client/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Config, loadConfig } from '../../store/config.ts';
import { machineOf } from '../../store/host-names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { readColors } from '../../store/terminal-colors.ts';
import { signs } from '../../terminal/ascii.ts';
import { colorWanted } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { isSame } from '../../ui/same-session.ts';
import type { Choice, SwitcherTerminal } from '../../ui/switcher.ts';
import {
  calledHere,
  type Elsewhere,
  fullNameThere,
  type LoadMachines,
  type OtherMachines,
} from './other-machines.ts';
import { refuseOtherWorld } from './other-world.ts';
import { whileReaching } from './reaching.ts';

/** `load`: loads the other machines; undefined if there are none. */
export function attachOptions(
  paths: StatePaths,
  config: Config,
  load: LoadMachines | undefined,
): AttachLoopOptions {
  let others: OtherMachines | undefined;
  return {
    paths,
    detachKey: config.detachKey,
    switchKey: config.switchKey,
    scrollbackOnAttach: config.scrollbackOnAttach,
    choose: async (terminal, left) => {
      others ??= await load?.();
      return new Switching(terminal, left, { paths, others }).run();
    },
    close: () => others?.close(),
    welcome: async (terminal) => (await import('./welcome.ts')).welcome(terminal, config),
  };
}

interface Around {
  readonly paths: StatePaths;
  readonly others: OtherMachines | undefined;
}

/** Switches from one session to another in the raw terminal. */
class Switching {
  readonly #terminal: UserTerminal;
  readonly #left: LeftSession;
  readonly #paths: StatePaths;
  readonly #others: OtherMachines | undefined;
  /** The session that is left, with its name here. */
  readonly #current: SessionInfo;
  /** Its project, wherever the shell is. */
  readonly #here: Project;

  constructor(terminal: UserTerminal, left: LeftSession, { paths, others }: Around) {
    this.#terminal = terminal;
    this.#left = left;
    this.#paths = paths;
    this.#others = others;
    const { session, place } = left;
    const current = place.far ? calledHere(session, place.far.host) : session;
    this.#current = current;
    this.#here = { root: current.root, name: current.project, hash: current.hash };
  }

  async run(): Promise<NextAttach> {
    const others = this.#others;
    let changed = () => {};
    others?.begin(() => changed());
    const listen = (call: () => void) => {
      changed = call;
    };
    let next: NextAttach | undefined;
    try {
      for (let note = ''; !next; ) {
        const choice = await this.#ask(note, listen);
        try {
          next = await this.#follow(choice);
        } catch (error) {
          // An error of another machine does not end the attachment: it is shown in the switcher.
          if (!(error instanceof UserError) || !isElsewhere(choice, this.#left.place.far?.host))
            throw error;
          note = [error.message, error.hint].filter(Boolean).join('. ');
        }
      }
      return next;
    } finally {
      const place = next?.type === 'elsewhere' ? next.place : this.#left.place;
      others?.rest(place.far?.host);
    }
  }

  async #list(): Promise<readonly SessionInfo[]> {
    return [...(await listOnce(this.#paths)), ...(this.#others?.sessions ?? [])];
  }

  async #ask(note: string, listen: (call: () => void) => void): Promise<Choice> {
    const others = this.#others;
    const [{ chooseSession }, { sessionActions }, { previewOptions }] = await Promise.all([
      import('../../ui/switcher.ts'),
      import('./session-actions.ts'),
      import('./preview-options.ts'),
    ]);
    using previews = new PreviewFeed(this.#paths);
    const own = sessionActions(this.#paths);
    const all = others?.previews(previews);
    try {
      return await chooseSession(switcherTerminal(this.#terminal), {
        sessions: await this.#list(),
        here: this.#here,
        current: this.#current.fullName,
        previous: this.#left.previous,
        color: colorWanted(),
        refresh: () => this.#list(),
        actions: others?.actions(own) ?? own,
        preview: previewOptions(this.#paths, all ?? previews),
        ...(others && { others: { hosts: others.hosts, listen, missing: () => others.missing } }),
        note,
      });
    } finally {
      all?.close();
    }
  }

  async #follow(choice: Choice): Promise<NextAttach> {
    switch (choice.type) {
      case 'cancel':
        return this.#back();
      case 'attach':
        return await this.#goTo(choice.session);
      case 'start':
        return await this.#start(choice);
    }
  }

  /** The session may have been renamed or ended, in the switcher or elsewhere. */
  async #back(): Promise<NextAttach> {
    const { far } = this.#left.place;
    const current = this.#current;
    if (!far) return backTo(current, await listOnce(this.#paths, { all: true }));
    const all = this.#others?.sessions ?? [];
    const live = all.find((one) => one.state === 'running' && isSame(one, current));
    if (!live && this.#others?.answers(far.host))
      return over(all.find((one) => isSame(one, current)));
    const session = live ?? current;
    if (this.#others) {
      // A line that hangs is noticed here, where the user can leave it.
      const reached = this.#others.goTo({ ...session, state: 'running' });
      (await whileReaching(this.#terminal, far.host, reached)).place.link.close();
    }
    return { type: 'back', fullName: fullNameThere(session.fullName) };
  }

  async #goTo(session: SessionInfo): Promise<NextAttach> {
    const { place } = this.#left;
    const host = machineOf(session.fullName);
    if (host !== undefined && this.#others) {
      return this.#to(host, this.#others.goTo(session));
    }
    const link = this.#ownLink();
    const request = await attachRequestFor(this.#terminal, session, link);
    return place.far ? { type: 'elsewhere', place: { link }, request } : request;
  }

  async #start({ name, host: named }: Extract<Choice, { type: 'start' }>): Promise<NextAttach> {
    const current = this.#left.place.far?.host;
    const host = named ?? current;
    if (host !== undefined && this.#others) {
      const cwd = named === undefined ? this.#left.session.root : undefined;
      // Attached to this machine, its terminal has been asked; the other machine asks by itself.
      const colors = current === undefined ? readColors(this.#paths.colors) : undefined;
      return this.#to(host, this.#others.start(host, name, { cwd, colors }));
    }
    const { root } = this.#here;
    const wanted = { project: this.#here, name, cwd: root };
    return await startRequestFor(this.#terminal, this.#ownLink(), wanted);
  }

  /** On the machine of the session that was left, the attachment keeps its place. */
  async #to(host: string, reached: Promise<Elsewhere>): Promise<NextAttach> {
    const { place, request, said } = await whileReaching(this.#terminal, host, reached);
    if (said !== undefined) showSaid(this.#terminal, said);
    if (this.#left.place.far?.host !== host) return { type: 'elsewhere', place, request };
    place.link.close();
    return request;
  }

  /** A link to the supervisor of this machine; the loop closes one that is made here. */
  #ownLink(): SupervisorLink {
    const { far, link } = this.#left.place;
    return far ? new SupervisorLink(this.#paths) : link;
  }
}

/** The session may have been renamed or ended, in the switcher or elsewhere. */
function backTo({ pid, fullName }: SessionInfo, all: readonly SessionInfo[]): NextAttach {
  const live = all.find((one) => one.state === 'running' && one.pid === pid);
  if (live) return { type: 'back', fullName: live.fullName };
  return over(all.find((one) => one.fullName === fullName));
}

function over(ended: SessionInfo | undefined): NextAttach {
  if (ended?.state === 'lost') return { type: 'over', exit: null };
  return { type: 'over', exit: ended?.exit ?? { code: null, signal: null } };
}

/** Whether it is on a machine that has to be reached first. */
function isElsewhere(choice: Choice, current: string | undefined): boolean {
  if (choice.type === 'attach') return machineOf(choice.session.fullName) !== undefined;
  return choice.type === 'start' && (choice.host ?? current) !== undefined;
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

async function startRequestFor(
  terminal: UserTerminal,
  link: SupervisorLink,
  wanted: Pick<StartRequest, 'project' | 'name' | 'cwd'>,
): Promise<AttachRequest> {
  const config = await loadConfig(process.env, wanted.project);
  const live = await link.liveSessions();
  // After its first answer: before that it is not known which world the supervisor lives in.
  await refuseOtherWorld(link, wanted.name);
  const plan = await planStart({
    ...wanted,
    config,
    paths: link.paths,
    userArgs: [],
    live,
  });
  showSaid(terminal, saidOf(plan) ?? '');
  return { type: 'start', spec: plan.spec, tried: plan.tried };
}

/**
 * Scrolls up what the previous session left on the screen, so that it does not mix with the new one's
 * output. The messages of a start become visible when the new session is left.
 */
function showSaid(terminal: UserTerminal, said: string): void {
  const lines = said === '' ? [] : said.split('\n');
  terminal.write(Buffer.from(`${'\r\n'.repeat(terminal.rows)}\x1b[H`));
  for (const line of lines) terminal.write(Buffer.from(`${safeText(line)}\r\n`));
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
