/**
 * A stream to another machine: ssh, and the `dial` command that it runs there. Without execa, which
 * takes a third of a Node's start to load (docs/notes/performance.md).
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { UserError } from '../../platform/errors.ts';
import { VERSION } from '../../platform/version.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Host } from '../host.ts';
import { Channels } from '../stream/channels.ts';
import { readEnd, writeEnd } from '../stream/ends.ts';
import { FrameError } from '../stream/frames.ts';
import { DIAL_PROTOCOL, type Greeting, GreetingReader } from '../stream/greeting.ts';
import { collectErrors, type Errors, lineLost, sshFailure } from './failures.ts';
import {
  type SshOptions,
  type SshSettings,
  sshArguments,
  sshEnvironment,
  sshSettings,
} from './settings.ts';
import {
  controlPath,
  existingControlPath,
  isFresh,
  isServed,
  keepSettings,
  makeShared,
  noSsh,
  retireShared,
  sharedSettings,
  socketId,
} from './shared-line.ts';

/** Over an existing connection; after this time it counts as dead. */
const SHARED_LIMIT_MS = 10_000;
/** If the connection has to be made, and a shell has slow start-up files. */
const GREETING_LIMIT_MS = 30_000;
/** If the user is asked. */
const ASKED_LIMIT_MS = 180_000;

export interface LineOptions {
  /** A user is at this terminal, whom ssh may ask. */
  readonly mayAsk: boolean;
  /** Gets what ssh writes while it may ask. */
  readonly onSaid: (text: string) => void;
  /** Limit for making the connection, and again for the greeting; there are defaults. */
  readonly limitMs?: number;
  /** This process may end while it waits for the greeting; ssh then does not wait on. */
  readonly isBrief?: boolean;
}

export interface Line {
  readonly host: Host;
  readonly greeting: Greeting;
  /** When the greeting came, in ms since the epoch. */
  readonly greetedAt: number;
  readonly channels: Channels;
  /** Why it was lost; before that, every channel is told that it has ended. */
  readonly lost: Promise<UserError>;
  /** Ends it, and what runs there for it. */
  close(): void;
}

/** @throws UserError that says why there is no connection, and what to do */
export async function openLine(paths: StatePaths, host: Host, options: LineOptions): Promise<Line> {
  const own = controlPath(paths, host);
  const known = own === undefined ? undefined : await knownSettings(host, own);
  const settings = known ?? (await sshSettings(host));
  const env = sshEnvironment(process.env, settings);
  const path = settings.shares ? undefined : own;
  if (path === undefined) return dial(host, { env, batch: !options.mayAsk, ...options });
  if (!known) keepSettings(path, settings);
  await makeShared(host, { path, env, ...options });
  const seen = socketId(path);
  try {
    return await dial(host, {
      ...{ env, batch: true, controlPath: path },
      limitMs: options.limitMs ?? SHARED_LIMIT_MS,
      isBrief: options.isBrief ?? false,
    });
  } catch (error) {
    if (!(error instanceof SilentError) || seen === undefined) throw error;
  }
  await retireShared(host, { path, env, seen });
  await makeShared(host, { path, env, ...options });
  return dial(host, { env, batch: true, controlPath: path });
}

/**
 * Those of the existing connection. A connection to what is another machine by now is used no longer.
 */
async function knownSettings(host: Host, path: string): Promise<SshSettings | undefined> {
  const known = sharedSettings(path);
  if (!known || isFresh(path)) return known;
  const seen = socketId(path);
  const now = await sshSettings(host);
  if (now.target === '') return known;
  if (now.target !== known.target || now.shares) {
    await retireShared(host, { path, env: sshEnvironment(process.env, known), seen });
    return undefined;
  }
  keepSettings(path, now);
  return now;
}

/**
 * Over a connection that there is already; makes none, and writes nothing.
 * @param limitMs for the greeting
 * @throws UserError also if there is no connection
 */
export async function joinLine(paths: StatePaths, host: Host, limitMs: number): Promise<Line> {
  const path = existingControlPath(paths, host);
  const settings = path === undefined ? undefined : sharedSettings(path);
  if (path === undefined || settings === undefined || !(await isServed(path)))
    throw new UserError(
      `there is no connection to ${host.name}`,
      `codex-sessions ls ${host.name}/`,
    );
  const env = sshEnvironment(process.env, settings);
  return dial(host, { env, batch: true, controlPath: path, joins: true, limitMs });
}

/** Nothing was received in time. */
class SilentError extends UserError {}

interface DialOptions extends Partial<SshOptions> {
  readonly env: NodeJS.ProcessEnv;
  readonly batch: boolean;
  readonly onSaid?: (text: string) => void;
  readonly limitMs?: number;
  readonly isBrief?: boolean;
}

async function dial(host: Host, options: DialOptions): Promise<Line> {
  const { env, batch, controlPath, joins, onSaid } = options;
  const args = sshArguments(host, { batch, controlPath, joins });
  // Ctrl-C is for the command there, unless ssh needs the terminal.
  const child = spawn('ssh', [...args, `${host.command} dial`], { env, detached: batch });
  child.stdin.on('error', () => {});
  const errors = collectErrors(child, batch ? undefined : onSaid);
  const limitMs = options.limitMs ?? (batch ? GREETING_LIMIT_MS : ASKED_LIMIT_MS);
  const kill = () => child.kill();
  if (options.isBrief) process.once('exit', kill);
  try {
    const { greeting, rest } = await greeted(child, host, { errors, batch, limitMs });
    return lineOf(child, host, { greeting, rest, errors });
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    process.off('exit', kill);
  }
}

interface Greeted {
  readonly greeting: Greeting;
  readonly rest: Buffer;
}

async function greeted(
  child: ChildProcessWithoutNullStreams,
  host: Host,
  { errors, batch, limitMs }: { errors: Errors; batch: boolean; limitMs: number },
): Promise<Greeted> {
  const reader = new GreetingReader();
  let timer: NodeJS.Timeout | undefined;
  const found = await new Promise<Greeted>((resolve, reject) => {
    timer = setTimeout(() => reject(silent(host, limitMs)), limitMs);
    child.once('error', (error) => reject(noSsh(error)));
    child.once('exit', (code) =>
      errors.text().then((said) => reject(sshFailure(host, code, said, batch))),
    );
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        const greeting = reader.push(chunk);
        if (greeting) resolve(greeting);
      } catch (error) {
        reject(error);
      }
    });
  }).finally(() => {
    clearTimeout(timer);
    child.removeAllListeners('exit');
    child.stdout.removeAllListeners('data');
    child.stdout.pause();
  });
  const { protocol, version } = found.greeting;
  if (protocol === DIAL_PROTOCOL) return found;
  throw new UserError(
    `codex-sessions on ${host.name} is version ${version} and speaks protocol ${protocol}; this is ${VERSION}, protocol ${DIAL_PROTOCOL}`,
    'Install the same version on both machines.',
  );
}

function silent(host: Host, limitMs: number): UserError {
  return new SilentError(
    `${host.name} has not answered for ${limitMs / 1_000} s`,
    `See: ssh ${host.destination} true`,
  );
}

function lineOf(
  child: ChildProcessWithoutNullStreams,
  host: Host,
  { greeting, rest, errors }: Greeted & { errors: Errors },
): Line {
  const channels = new Channels((bytes) => writeEnd(child.stdin, bytes));
  let nonsense: string | undefined;
  const take = (bytes: Buffer) => {
    try {
      channels.push(bytes);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      nonsense = error.message;
      child.kill();
    }
  };
  const lost = new Promise<UserError>((resolve) => {
    // After its last output.
    child.once('close', async (code) => {
      const said = await errors.text();
      resolve(nonsense === undefined ? lineLost(host, code, said) : senseless(host, nonsense));
      channels.end();
    });
  });
  if (rest.length > 0) take(rest);
  readEnd(child.stdout, take);
  const close = () => {
    child.stdin.end();
    child.unref();
  };
  return { host, greeting, greetedAt: Date.now(), channels, lost, close };
}

function senseless(host: Host, why: string): UserError {
  return new UserError(
    `what codex-sessions on ${host.name} sends cannot be understood: ${why}`,
    'Install the same version on both machines.',
  );
}
