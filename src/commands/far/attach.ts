/** Attaches this terminal to a session on another machine. */
import { constants } from 'node:os';
import {
  type AttachLoopOptions,
  type AttachResult,
  attachTerminal,
  type FarSide,
  findSession,
  listOnce,
  SupervisorLink,
  type UserTerminal,
} from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { Bridge, type Line, parseSessions } from '../../remote/index.ts';
import type { Config } from '../../store/config.ts';
import { DEFAULT_NAME, shortName } from '../../store/names.ts';
import { statePaths } from '../../store/paths.ts';
import { hasHistory } from '../../store/terminal-history.ts';
import { colorWanted, isInteractive, say } from '../../terminal/output.ts';
import { safeLines, safeText } from '../../terminal/safe-text.ts';
import { switcherTerminal } from '../shared/attach-options.ts';
import { requireTerminal } from '../shared/attach-session.ts';
import { refuseNesting } from '../shared/context.ts';
import type { FarCommand } from './far-command.ts';
import { outputOf } from './output.ts';
import { withOwnTerminal } from './terminal.ts';

/** There is no project here that would come first. */
const ANYWHERE = { root: '', name: '', hash: '', reachesAll: true };

/** @returns the exit code: the program's own when the session ended, 128 + signal for a signal */
export async function attachFar(line: Line, command: FarCommand, config: Config): Promise<number> {
  requireTerminal(isInteractive(), 'Use -d, or a command that needs none.');
  refuseNesting(command.options.nest === true);
  const bridge = new Bridge(statePaths(), line);
  await bridge.listen();
  try {
    using link = new SupervisorLink(bridge.paths);
    const fullName = await (command.command === 'attach'
      ? named(line, command, link)
      : started(line, command));
    const readOnly = command.options.readOnly === true;
    const request = { type: 'attach', fullName, readOnly } as const;
    const result = await attachTerminal(link, request, loopOptions(bridge, config));
    say(exitMessage(result, bridge));
    return exitCode(result);
  } finally {
    bridge.close();
  }
}

/** Starts it there in the background, unless it is running. */
async function started(line: Line, { words, command }: FarCommand): Promise<string> {
  const [name = command, ...rest] = words;
  const there = [name, '--detach', '--no-wait', ...rest];
  const { code, out, errors } = await withOwnTerminal(
    { command, answers: false, reads: false },
    (terminal) => outputOf(line, there, terminal),
  );
  if (errors !== '') say(safeLines(errors.trimEnd()));
  if (code !== EXIT.ok) throw new Ended(code);
  return out.trimEnd();
}

/** The error has been printed. */
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
  link: SupervisorLink,
): Promise<string> {
  const typed = count > 0 ? words.at(-1) : undefined;
  // A name alone is looked up on the other machine, unless the directory is its home directory.
  if (typed !== undefined && (typed.includes(':') || line.host.directory === '')) {
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

function loopOptions(bridge: Bridge, config: Config): AttachLoopOptions {
  return {
    paths: bridge.paths,
    detachKey: config.detachKey,
    switchKey: config.switchKey,
    scrollbackOnAttach: config.scrollbackOnAttach,
    far: farSide(bridge),
    choose: (terminal, current, _link, previous) =>
      choose(terminal, bridge, { current: current.fullName, previous }),
    ...(hasHistory(statePaths())
      ? {}
      : {
          welcome: async (terminal) =>
            (await import('../shared/welcome.ts')).welcome(terminal, config),
        }),
  };
}

function farSide(bridge: Bridge): FarSide {
  return {
    host: bridge.host.name,
    get nobody() {
      return bridge.nobody;
    },
    get problem() {
      return bridge.problem;
    },
    get asks() {
      return bridge.asks;
    },
    get isShared() {
      return bridge.isShared;
    },
    openData: () => bridge.openData(),
    get onDropped() {
      return bridge.onDropped;
    },
    set onDropped(call) {
      bridge.onDropped = call;
    },
  };
}

/** Among the sessions that are running there. */
async function choose(
  terminal: UserTerminal,
  { paths, host }: Bridge,
  known: { readonly current: string; readonly previous: string | undefined },
): ReturnType<AttachLoopOptions['choose']> {
  const list = async () => (await listOnce(paths)).map((session) => withHost(session, host.name));
  const { chooseSession } = await import('../../ui/switcher.ts');
  const choice = await chooseSession(switcherTerminal(terminal), {
    ...known,
    sessions: await list().catch(() => []),
    here: ANYWHERE,
    startsNone: true,
    color: colorWanted(),
    refresh: list,
  });
  if (choice.type !== 'attach') return { type: 'back', fullName: known.current };
  return { type: 'attach', fullName: choice.session.fullName, readOnly: false };
}

/** `name` is for use on this machine; the full name is for the other one. */
function withHost(session: SessionInfo, host: string): SessionInfo {
  return { ...session, project: `${host}/${session.project}` };
}

function exitMessage({ session, end }: AttachResult, { host, problem }: Bridge): string {
  const name = safeText(`${host.name}/${shortName(session)}`);
  switch (end.type) {
    case 'detached':
      return `[detached from ${name}${end.by === 'self' ? '' : ' by request'}]`;
    case 'ended': {
      const { code, signal } = end.exit;
      const how = signal ? `ended by ${safeText(signal)}` : `exited with ${code ?? 'unknown'}`;
      return `[${name} ${how}]`;
    }
    case 'lost':
      return `[lost ${name}: ${safeText(problem ?? 'it has ended')}]\n  See what runs: codex-sessions ls ${host.name}/`;
    case 'signal':
      return `[detached from ${name} by ${end.signal}]`;
    case 'switch':
      return `[left ${name}]`;
  }
}

function exitCode({ end }: AttachResult): number {
  const ofSignal = (signal: string) => 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  switch (end.type) {
    case 'ended':
      return end.exit.signal ? ofSignal(end.exit.signal) : (end.exit.code ?? EXIT.failure);
    case 'lost':
      return EXIT.failure;
    case 'signal':
      return ofSignal(end.signal);
    default:
      return EXIT.ok;
  }
}
