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
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { colorWanted, isInteractive } from '../terminal/output.ts';
import { Dashboard, LEAVE_DASHBOARD } from '../ui/dashboard.ts';
import type { SessionActions } from '../ui/session-actions.ts';
import { attachOptions, attachRequestFor, switcherTerminal } from './shared/attach-options.ts';
import { exitMessage, requireTerminal, whyNotOpened } from './shared/attach-session.ts';
import { here as projectHere, refuseNesting } from './shared/context.ts';
import { previewOptions } from './shared/preview-options.ts';
import { sessionActions } from './shared/session-actions.ts';
import { type FilterOptions, type SessionFilter, sessionFilter } from './shared/session-filter.ts';

interface Options extends FilterOptions {
  readonly nest: boolean;
}

type End =
  | { readonly type: 'attach'; readonly session: SessionInfo }
  | { readonly type: 'leave' }
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals };

export async function run(options: Options, [query]: readonly string[]): Promise<number> {
  requireTerminal(isInteractive(), 'Use "codex-sessions events" where there is none.');
  await refuseNesting(options.nest);
  const paths = statePaths();
  const here = projectHere();
  const filter = await sessionFilter(options, query, here);
  const config = await loadConfig(process.env, here);
  const feed = new SessionFeed(paths);
  let ready = () => {};
  const first = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const lost = feed.run(ready);
  await Promise.race([first, lost]);
  using pictures = new PreviewFeed(paths);
  const watching = new Watching(feed, here, filter, lost, pictures);
  const loop = attachOptions(paths, config);
  return await withTerminal(loop, (context) =>
    watching.run(context.terminal, async (session) => {
      using link = new SupervisorLink(paths);
      const request = await attachRequestFor(context.terminal, session, link);
      return await runAttachLoop(link, request, loop, context);
    }),
  );
}

/** Attaches to a session, starting it first if it has ended. */
type Visit = (session: SessionInfo) => Promise<AttachResult>;

class Watching {
  readonly #feed: SessionFeed;
  readonly #here: Project;
  readonly #filter: SessionFilter;
  readonly #lost: Promise<never>;
  readonly #pictures: PreviewFeed;
  #note = '';

  constructor(
    feed: SessionFeed,
    here: Project,
    filter: SessionFilter,
    lost: Promise<never>,
    pictures: PreviewFeed,
  ) {
    this.#feed = feed;
    this.#here = here;
    this.#filter = filter;
    this.#lost = lost;
    this.#pictures = pictures;
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
      if (end?.type === 'signal') return 128 + (constants.signals[end.signal] ?? 0);
    }
  }

  /** Shows the table until the user chooses, leaves, or a signal. @throws UserError when sessions are lost */
  async #look(terminal: UserTerminal): Promise<End> {
    const feed = this.#feed;
    const filter = this.#filter;
    const dashboard = new Dashboard(switcherTerminal(terminal), {
      source: {
        get sessions() {
          return filter.apply(feed.sessions);
        },
        get connected() {
          return feed.connected;
        },
      },
      here: this.#here,
      color: colorWanted(),
      actions: actionsOn(feed),
      preview: previewOptions(feed.paths, this.#pictures),
      note: this.#note || (filter.words && `Shown: ${filter.words}`),
    });
    this.#note = '';
    feed.onChange = () => dashboard.changed();
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
      const end = await Promise.race([shown, this.#lost]);
      return signal ? { type: 'signal', signal } : end;
    } finally {
      dashboard.leave();
      await shown;
      feed.onChange = undefined;
      ignoreSignals();
    }
  }

  /** Attaches to a session and returns when that ends; undefined if it failed. */
  async #visit(session: SessionInfo, visit: Visit): Promise<AttachEnd | undefined> {
    try {
      const result = await visit(session);
      this.#note = noteOf(this.#feed.paths, result);
      return result.end;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#note = error.message;
      return undefined;
    }
  }
}

/** What a command would print when a session is left, as one line. */
function noteOf(paths: StatePaths, result: AttachResult): string {
  const failed = whyNotOpened(paths, result);
  if (failed) return failed.message;
  const left = exitMessage(result, paths).split('\n')[0] ?? '';
  const options = result.request.type === 'start' && recalledOptions(result.request.spec);
  return options ? `${left} With its options from last time: ${options}` : left;
}

/** When an ended session leaves the list, that is not an event. */
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
