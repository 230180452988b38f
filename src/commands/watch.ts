/** `watch`: a table of all sessions, kept up to date; Enter attaches to one, detaching returns to it. */

import { constants } from 'node:os';
import {
  type AttachEnd,
  type AttachResult,
  handleSignals,
  PreviewFeed,
  recalledOptions,
  runAttachLoop,
  SessionFeed,
  SupervisorLink,
  type UserTerminal,
  withTerminal,
} from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { machineOf } from '../store/host-names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { canDraw, colorWanted, isInteractive } from '../terminal/output.ts';
import { Dashboard, LEAVE_DASHBOARD } from '../ui/dashboard.ts';
import type { PreviewSource } from '../ui/preview-pane.ts';
import type { SessionActions } from '../ui/session-actions.ts';
import { type MachineOptions, machinesFor, machinesOfList, oneMachine } from './other-machines.ts';
import { attachOptions, attachRequestFor, switcherTerminal } from './shared/attach-options.ts';
import { exitMessage, requireTerminal, whyNotOpened } from './shared/attach-session.ts';
import { here as projectHere, refuseNesting } from './shared/context.ts';
import type { Elsewhere, OtherMachines } from './shared/other-machines.ts';
import { previewOptions } from './shared/preview-options.ts';
import { whileReaching } from './shared/reaching.ts';
import { sessionActions } from './shared/session-actions.ts';
import { type FilterOptions, type SessionFilter, sessionFilter } from './shared/session-filter.ts';

interface Options extends FilterOptions, MachineOptions {
  readonly nest: boolean;
}

type End =
  | { readonly type: 'attach'; readonly session: SessionInfo }
  | { readonly type: 'leave' }
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals };

export async function run(options: Options, [query]: readonly string[]): Promise<number> {
  requireTerminal(isInteractive(), 'Use "codex-sessions events" where there is none.');
  if (!canDraw())
    throw usageError(
      'watch cannot draw its list where TERM is "dumb"',
      'Use "codex-sessions events", or "codex-sessions ls" to look once.',
    );
  await refuseNesting(options.nest);
  const paths = statePaths();
  const here = projectHere();
  const { only, query: wanted } = oneMachine(options, query);
  const filter = await sessionFilter(options, wanted, here);
  const config = await loadConfig(process.env, here);
  const local = options.local || options.here;
  const others = await machinesOfList(paths, { only, local, stays: true });
  const feed = new SessionFeed(paths);
  let ready = () => {};
  const first = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const lost = only === undefined ? feed.run(ready) : new Promise<never>(() => {});
  if (only === undefined) await Promise.race([first, lost]);
  using previews = new PreviewFeed(paths);
  const watching = new Watching({ feed, here, filter, lost, previews, others, only });
  // The switcher in a session shows all machines.
  const knowsAll = others && (only === undefined || !Object.hasOwn(config.hosts, only));
  const load = knowsAll ? async () => others : machinesFor(paths, config);
  const loop = attachOptions(paths, config, load);
  try {
    return await withTerminal(loop, (context) =>
      watching.run(context.terminal, async (session) => {
        const host = machineOf(session.fullName);
        const { place, request } =
          others && host !== undefined
            ? await whileReaching(context.terminal, host, others.goTo(session))
            : await ownPlace(paths, session, context.terminal);
        using _link = place.link;
        return await runAttachLoop(place, request, loop, context);
      }),
    );
  } finally {
    others?.close();
  }
}

async function ownPlace(
  paths: StatePaths,
  session: SessionInfo,
  terminal: UserTerminal,
): Promise<Elsewhere> {
  const link = new SupervisorLink(paths);
  try {
    return { place: { link }, request: await attachRequestFor(terminal, session, link) };
  } catch (error) {
    link.close();
    throw error;
  }
}

/** Attaches to a session, starting it first if it has ended. */
type Visit = (session: SessionInfo) => Promise<AttachResult>;

interface Watched {
  readonly feed: SessionFeed;
  readonly here: Project;
  readonly filter: SessionFilter;
  /** Rejects when the sessions of this machine are lost. */
  readonly lost: Promise<never>;
  readonly previews: PreviewFeed;
  readonly others: OtherMachines | undefined;
  /** The only machine shown, if it is another one. */
  readonly only: string | undefined;
}

class Watching {
  readonly #watched: Watched;
  /** The actions for sessions of all machines. */
  readonly #actions: SessionActions;
  readonly #source: PreviewSource;
  #note = '';

  constructor(watched: Watched) {
    const { feed, others, previews, lost } = watched;
    this.#watched = watched;
    const own = actionsOn(feed);
    this.#actions = others?.actions(own) ?? own;
    this.#source = others?.previews(previews) ?? previews;
    // Not an unhandled rejection: it is awaited only while the table is shown.
    lost.catch(() => {});
  }

  /** @returns the exit code */
  async run(terminal: UserTerminal, visit: Visit): Promise<number> {
    await terminal.makeRaw();
    terminal.listen();
    for (;;) {
      const choice = await this.#look(terminal);
      if (choice.type === 'leave') return EXIT.ok;
      const end = choice.type === 'signal' ? choice : await this.#visit(choice.session, visit);
      if (!end) terminal.dropUnread();
      if (end?.type === 'signal') return 128 + (constants.signals[end.signal] ?? 0);
    }
  }

  /** Shows the table until the user chooses, leaves, or a signal. @throws UserError when sessions are lost */
  async #look(terminal: UserTerminal): Promise<End> {
    const { feed, filter, here, others, only, lost } = this.#watched;
    const dashboard = new Dashboard(switcherTerminal(terminal), {
      source: {
        get sessions() {
          return filter.apply([...feed.sessions, ...(others?.sessions ?? [])]);
        },
        get connected() {
          return feed.connected || only !== undefined;
        },
        get missing() {
          return others?.missing ?? '';
        },
      },
      here,
      color: colorWanted(),
      actions: this.#actions,
      preview: previewOptions(feed.paths, this.#source),
      note: this.#note || (filter.words && `Shown: ${filter.words}`),
    });
    this.#note = '';
    feed.onChange = () => dashboard.changed();
    others?.begin(() => dashboard.changed());
    let signal: NodeJS.Signals | undefined;
    const onEnd = (name: NodeJS.Signals) => {
      signal = name;
      dashboard.leave();
    };
    const onStop = () => {
      terminal.write(Buffer.from(LEAVE_DASHBOARD));
      terminal.suspend();
      process.kill(process.pid, 'SIGSTOP');
    };
    const onContinue = () => {
      terminal.makeRawAgain();
      dashboard.again();
    };
    terminal.onGone = () => onEnd('SIGHUP');
    const ignoreSignals = handleSignals({ onEnd, onStop, onContinue });
    const shown = dashboard.run();
    try {
      const end = await Promise.race([shown, lost]);
      return signal ? { type: 'signal', signal } : end;
    } finally {
      dashboard.leave();
      await shown;
      feed.onChange = undefined;
      others?.rest();
      ignoreSignals();
    }
  }

  /** Attaches to a session and returns when that ends; undefined if it failed. */
  async #visit(session: SessionInfo, visit: Visit): Promise<AttachEnd | undefined> {
    try {
      const result = await visit(session);
      this.#note = noteOf(this.#watched.feed.paths, result);
      return result.end;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#note = error.message;
      return undefined;
    }
  }
}

/** What a command would print after leaving a session, as one line. */
function noteOf(paths: StatePaths, result: AttachResult): string {
  const failed = whyNotOpened(paths, result);
  if (failed) return failed.message;
  const left = exitMessage(result, paths).split('\n')[0] ?? '';
  const options = result.request.type === 'start' && recalledOptions(result.request.spec);
  return options ? `${left} With its options from last time: ${options}` : left;
}

/** No event reports that an ended session was removed from the list. */
function actionsOn(feed: SessionFeed): SessionActions {
  const actions = sessionActions(feed.paths);
  return {
    ...actions,
    async kill(session) {
      const done = await actions.kill(session);
      if (session.state !== 'running') feed.forget(session);
      return done;
    },
  };
}
