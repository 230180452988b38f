/**
 * Checks what Codex needs in order to reach its model: its own configuration, and a login or a key.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codexHomeOf } from '../../codex/conversation.ts';
import { loginStatus, providerOf } from '../../codex/login.ts';
import type { Place } from '../../codex/program-output.ts';
import { readOwn } from '../../platform/checked-open.ts';
import { programOnPath } from '../../platform/programs.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { about, type Finding, unwritable } from './finding.ts';

/** `file` is a Codex; `args` come before those of a start. */
export async function checkLogin(
  file: string,
  place: Place,
  args: readonly string[],
): Promise<Finding[]> {
  const { ok, finding } = about('login');
  const path = join(codexHomeOf(place.env), 'config.toml');
  const status = await loginStatus(file, place);
  const provider = providerOf(await read(path), args);
  if (status.type === 'failed') {
    if (/login status/.test(status.error) && provider?.needsLogin === false) return [];
    const hint = /login status/.test(status.error) ? loginCommand(file, place) : `Correct ${path}.`;
    return [finding(`Codex does not start: ${status.error}`, hint)];
  }
  if (!provider || status.type === 'unknown') return [];
  const { id, needsLogin, keyVariable } = provider;
  if (needsLogin)
    return status.type === 'logged-in'
      ? [ok('Codex is logged in')]
      : [
          finding(
            `Codex is not logged in (${codexHomeOf(place.env)}): a session asks for it first, and turns of scripts wait`,
            loginCommand(file, place),
          ),
        ];
  if (keyVariable !== undefined && !place.env[keyVariable])
    return [
      finding(
        `the key of the model's provider ${id} is not set: ${keyVariable}`,
        `Set ${keyVariable} in the shell that starts sessions.`,
      ),
    ];
  return [ok(`the model's provider ${id} needs no login`)];
}

/** As the user can type it: this Codex need not be the one on the PATH. */
function loginCommand(file: string, { env }: Place): string {
  const isOnPath = programOnPath('codex', env.PATH) === file;
  return shellWords([isOnPath ? 'codex' : file, 'login']);
}

/** Codex keeps its conversations there. */
export function checkCodexHome(env: NodeJS.ProcessEnv = process.env): Finding[] {
  const home = codexHomeOf(env);
  const closed = existsSync(home) && unwritable('codex', home, 'Make it writable: Codex needs it.');
  return closed ? [closed] : [];
}

async function read(path: string): Promise<object> {
  const { parse } = await import('../../platform/toml.ts');
  try {
    return parse(readOwn(path));
  } catch {
    // Without a configuration Codex uses its defaults; a wrong one has been reported.
    return {};
  }
}
