/**
 * Finds the environment of a login shell: that of a command over ssh often lacks variables, and has
 * no Codex on its PATH.
 */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { isProgram } from '../../platform/programs.ts';

/**
 * Start-up files may run version managers; if it takes longer than this, something waits for input.
 */
const LIMIT_MS = 5_000;
/** Environments have a few KiB; exec(3) takes 2 MiB. */
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024;
const MARK = 'codex-sessions-environment-begins';
/**
 * Variables of the shell itself. Not SHLVL: if it is below 2, some builds of bash read ~/.bashrc
 * over ssh, in every script.
 */
const PASSING = new Set(['PWD', 'OLDPWD', '_']);

/** Undefined if the shell does not print it within {@link LIMIT_MS}. */
export async function loginEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): Promise<NodeJS.ProcessEnv | undefined> {
  const shell = env.SHELL || '/bin/sh';
  if (!isProgram(shell)) return undefined;
  const output = await outputOf(shell, ['-l', '-c', `echo ${MARK}; env -0`], env);
  const begin = output?.lastIndexOf(`${MARK}\n`) ?? -1;
  if (output === undefined || begin < 0) return undefined;
  const found: NodeJS.ProcessEnv = {};
  for (const entry of output.slice(begin + MARK.length + 1).split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0 && !PASSING.has(entry.slice(0, at))) found[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return found.PATH === undefined ? undefined : { ...found, PATH: joined(found.PATH, env.PATH) };
}

/** Adds our own PATH at the end: /etc/profile often sets a new one, and Codex needs a Node. */
function joined(first: string, second = ''): string {
  const places = first.split(delimiter);
  return [...places, ...second.split(delimiter).filter((one) => !places.includes(one))]
    .filter(Boolean)
    .join(delimiter);
}

/** What it printed, if it has ended successfully. */
function outputOf(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Kills it with everything that its files have started.
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
      finish(undefined);
    };
    const timer = setTimeout(end, LIMIT_MS);
    const finish = (text: string | undefined) => {
      clearTimeout(timer);
      child.stdout.destroy();
      resolve(text);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > OUTPUT_MAX_BYTES) end();
    });
    child.once('error', () => finish(undefined));
    child.once('close', (code) =>
      finish(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined),
    );
  });
}
