/** Explains in one sentence why ssh, or what it was to run there, has failed, and how to fix it. */
import type { ChildProcess } from 'node:child_process';
import { UserError } from '../../platform/errors.ts';
import type { Host } from '../host.ts';

/** How much of what ssh and the shell there wrote is kept and searched for a reason. */
const ERRORS_MAX_CHARACTERS = 16 * 1024;
/**
 * How long to wait for standard error after the process has ended: a shared connection in the
 * background may keep it open.
 */
const REST_LIMIT_MS = 100;

/**
 * ssh's message if a shared connection has no room for another session; it then makes its own
 * connection.
 */
const NOISE =
  /^(?:mux_client_request_session: .*|ControlSocket .* already exists, disabling multiplexing)\r?$/gm;

export interface Errors {
  /** All of it, once the process has ended. */
  text(): Promise<string>;
}

/** `onSaid`: gets it as it comes. */
export function collectErrors(child: ChildProcess, onSaid?: (text: string) => void): Errors {
  let all = '';
  const { stderr } = child;
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    const said = text.replace(NOISE, '');
    all = (all + said).slice(0, ERRORS_MAX_CHARACTERS);
    if (said.trim() !== '') onSaid?.(said);
  });
  const closed = new Promise<void>((resolve) => {
    if (stderr) stderr.once('close', resolve);
    else resolve();
  });
  return {
    text: async () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, REST_LIMIT_MS);
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
      return all.trim();
    },
  };
}

/** ssh ended with 255, its own failure; `said` is its standard error; `batch`: it could not ask. */
interface Reason {
  readonly said: RegExp;
  readonly what: string;
  readonly hint: string;
}

/**
 * Also if ssh was not allowed to ask for a passphrase, a password or a second factor, as it gives no other
 * reason then.
 */
const REFUSED =
  /Permission denied|Too many authentication failures|No more authentication methods/i;

/**
 * `HOST` is the host's name, `SSH` what ssh is given, `TABLE` the host's in the configuration. In the order in which they are searched for.
 */
const REASONS: readonly Reason[] = [
  {
    said: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    what: 'the host key of HOST has changed, so it may be another machine',
    hint: 'If you know why, remove the old one: ssh-keygen -R, with the host that ssh names.',
  },
  {
    said: /Could not resolve hostname|Name or service not known|nodename nor servname/i,
    what: 'there is no host HOST',
    hint: '"HOST/" means what "ssh HOST" reaches; for another address: TABLE ssh = "…" in the configuration.',
  },
  {
    said: /Host key verification failed|No .* host key is known for/i,
    what: 'the host key of HOST is not known yet, and nobody can be asked',
    hint: 'Connect once in a terminal: ssh SSH',
  },
  {
    said: REFUSED,
    what: 'HOST does not let you in',
    hint: 'See that "ssh SSH true" works: it is your key, or your name there.',
  },
  {
    said: /Connection refused|No route to host|Network is unreachable|Connection timed out|Operation timed out|connect to host .* timed out/i,
    what: 'HOST cannot be reached',
    hint: 'Is it on, and is its sshd? See: ssh SSH true',
  },
  {
    said: /Timeout, server .* not responding|Connection to .* closed|Connection reset|Broken pipe|Connection closed by|closed by remote host/i,
    what: 'the line to HOST broke',
    hint: 'Try again.',
  },
];

/**
 * For an exit before the greeting. `said`: what ssh and the shell there wrote to standard error.
 */
export function sshFailure(
  host: Host,
  code: number | null,
  said: string,
  batch: boolean,
): UserError {
  const fill = (text: string) =>
    text
      .replaceAll('TABLE', tableOf(host))
      .replaceAll('HOST', host.name)
      .replaceAll('SSH', host.destination);
  if (code === 255) {
    const reason = REASONS.find((one) => one.said.test(said));
    if (!reason) return withSaid(`ssh to ${host.name} has failed`, fill('See: ssh SSH true'), said);
    const asks = batch && REFUSED.test(said);
    const hint = asks
      ? 'If ssh has to ask you something, connect once in a terminal: codex-sessions ls HOST/'
      : reason.hint;
    return new SshError(fill(reason.what), fill(hint), { said, asks });
  }
  return withSaid(...notThere(host, code, said), said);
}

/** For an exit after the greeting. */
export function lineLost(host: Host, code: number | null, said: string): UserError {
  if (code === null || code === 255)
    return withSaid(`the line to ${host.name} broke`, 'Try again.', said);
  return withSaid(
    `codex-sessions on ${host.name} has ended (exit code ${code})`,
    'Try again; install the same version on both machines if it does so again.',
    said,
  );
}

function tableOf({ name }: Host): string {
  return `[hosts.${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}]`;
}

function notThere(host: Host, code: number | null, said: string): [what: string, hint: string] {
  const { name, command } = host;
  const set = `${tableOf(host)} command`;
  if (/needs Node/.test(said))
    return [
      `codex-sessions on ${name} finds no Node that it can use`,
      `A command over ssh has another PATH than a login there: ${set} = "PATH=/DIR/OF/NODE:$PATH ${command}"`,
    ];
  if (code === 127)
    return [
      `there is no ${command} on ${name}`,
      `Install it there. If it is, a command over ssh does not find it: ${set} = "/PATH/OF/codex-sessions"`,
    ];
  if (code === 126)
    return [`${command} on ${name} cannot be run`, `See: ssh ${host.destination} ls -l ${command}`];
  if (/unknown command/.test(said))
    return [`codex-sessions on ${name} is too old: it knows no "dial"`, 'Upgrade it there.'];
  return [
    `codex-sessions on ${name} ended before it said anything (exit code ${code ?? 'unknown'})`,
    `See: ssh ${host.destination} ${command} doctor`,
  ];
}

export class SshError extends UserError {
  /** What ssh, or the shell there, wrote itself; not safe to show. */
  readonly said: string;
  /** ssh was not allowed to ask the user, and may succeed where it is. */
  readonly asks: boolean;

  constructor(message: string, hint: string, { said, asks }: { said: string; asks: boolean }) {
    super(message, hint);
    this.said = said;
    this.asks = asks;
  }
}

function withSaid(message: string, hint: string, said: string): SshError {
  return new SshError(message, hint, { said, asks: false });
}
