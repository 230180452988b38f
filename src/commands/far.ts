/**
 * Runs commands that name sessions on another machine: they run there, and their output is shown
 * here.
 */
import { isatty } from 'node:tty';
import { UserError, usageError } from '../platform/errors.ts';
import {
  exec,
  forgetFailure,
  type Host,
  hostOf,
  type Line,
  type LineOptions,
  openLine,
  recentFailure,
  SshError,
  withOwnSsh,
} from '../remote/index.ts';
import { loadConfig } from '../store/config.ts';
import { statePaths } from '../store/paths.ts';
import { adviseThrough } from '../terminal/advice.ts';
import { endWithReader, isInteractive, say } from '../terminal/output.ts';
import { safeLines } from '../terminal/safe-text.ts';
import { attachFar, Ended, openFar } from './far/attach.ts';
import type { FarCommand } from './far/far-command.ts';
import { listFar } from './far/list.ts';
import { isPaged, pageFar } from './far/log.ts';
import { FarPrinter } from './far/printer.ts';
import { soon } from './far/soon.ts';
import { withOwnTerminal } from './far/terminal.ts';
import { here } from './shared/context.ts';
import type { Where } from './shared/open.ts';

export type { FarCommand };

/** Each line of their output begins with a session's name. */
const NAMES_FIRST = ['start', 'fork', 'restart', 'wait', 'status'];
/** These ask before they end a session that is working. */
const ASKING = ['kill', 'kill-all', 'restart'];

/** @returns the exit code there */
export async function run(far: FarCommand): Promise<number> {
  if (far.options.ask === true)
    throw usageError('--ask is for sessions of this machine', `Give the name: ${far.host}/NAME`);
  if (far.options.detach === true && far.options.open !== undefined)
    throw usageError('-d and --open are two places', 'Choose one of them.');
  const config = await loadConfig(process.env, here());
  const host = hostOf(far.host, config.hosts);
  adviseThrough((text) => withOwnSsh(text, host));
  if (far.options.short === true) return await relaySoon(host, far);
  const line = await open(host, { mayAsk: isatty(0) && isatty(2) });
  try {
    if (far.command === 'list' && !isJsonAlone(far)) return await listFar(line, far);
    const { open: where } = far.options;
    if (where !== undefined) return await openFar(line, far, where as Where);
    if (attaches(far)) return await attachFar(line, far, config);
    if (isPaged(far)) return await pageFar(line, far);
    return await relay(line, far);
  } catch (error) {
    if (error instanceof Ended) return error.exitCode;
    throw error;
  } finally {
    line.close();
  }
}

/** Exactly as it is there, with the names that sessions have there. */
function isJsonAlone({ options }: FarCommand): boolean {
  return options.json === true && options.quiet !== true && options.format === undefined;
}

/** Whether it shows a session in this terminal. */
function attaches({ command, options }: FarCommand): boolean {
  if (command === 'attach') return true;
  return ['start', 'fork'].includes(command) && options.detach !== true;
}

/** Also shows what ssh itself says, which is more detailed. */
async function open(host: Host, how: Omit<LineOptions, 'onSaid'>): Promise<Line> {
  let said = '';
  const onSaid = (text: string) => {
    said += text;
    say(safeLines(text.replace(/\r?\n$/, '').replaceAll('\r', '')));
  };
  const paths = statePaths();
  try {
    const line = await openLine(paths, host, { ...how, onSaid });
    forgetFailure(paths, host);
    return line;
  } catch (error) {
    if (error instanceof SshError && error.said && !said.includes(error.said))
      say(safeLines(error.said.replaceAll('\r', '')));
    throw error;
  }
}

/** In a shell's prompt (`--short`) a command must neither ask nor wait. */
async function relaySoon(host: Host, far: FarCommand): Promise<number> {
  const paths = statePaths();
  const before = recentFailure(paths, host);
  if (before)
    throw new UserError(
      `${before.why} (${Math.round(before.agoMs / 1_000)} s ago)`,
      `To try again: codex-sessions ls ${host.name}/`,
    );
  return await soon(paths, host, async () => {
    const line = await open(host, { mayAsk: false, isBrief: true });
    try {
      return await relay(line, far);
    } finally {
      line.close();
    }
  });
}

async function relay(line: Line, far: FarCommand): Promise<number> {
  const asks = ASKING.includes(far.command) && far.options.yes !== true && isInteractive();
  const input = asks || readsInput(far) ? process.stdin : undefined;
  if (readsInput(far) && isatty(0)) say('Type the text; Ctrl-D on an empty line ends it.');
  const plain = far.options.json === true || far.options.short === true;
  const prefix = NAMES_FIRST.includes(far.command) && !plain ? `${far.host}/` : '';
  if (far.command === 'events' || far.options.follow === true) endWithReader();
  const printer = new FarPrinter(line.host, { prefix, advises: far.command === 'doctor' });
  const how = { command: far.command, answers: asks, reads: input !== undefined };
  return await withOwnTerminal(how, async (terminal) => {
    const request = { words: far.words, directory: line.host.directory, terminal };
    const running = exec(line, request, printer, input);
    const interrupted = onInterrupt(() => running.signal('INT'));
    try {
      return await Promise.race([running.ended, interrupted]);
    } finally {
      await printer.end();
    }
  });
}

/** Whether it reads the text from its input: `send` and `run` without one. */
function readsInput({ command, count, options }: FarCommand): boolean {
  if (command === 'run') return count < 2;
  const { key } = options;
  return command === 'send' && count < 2 && !(Array.isArray(key) && key.length > 0);
}

/** The first Ctrl-C is passed to the command there; a second one ends this command. */
function onInterrupt(pass: () => void): Promise<never> {
  return new Promise((_, reject) => {
    let count = 0;
    process.on('SIGINT', () => {
      count += 1;
      if (count === 1) pass();
      else reject(new UserError('left, without an answer from there', undefined, 128 + 2));
    });
    process.once('SIGTERM', () => {
      pass();
      reject(new UserError('ended by SIGTERM', undefined, 128 + 15));
    });
  });
}
