/**
 * Checks whether Codex has the login that it needs. `codex login status` tells (from its files and
 * keyring alone, in 0.1 s), but not whether the model's provider needs a login. A key in the
 * environment does not count: 0.171 shows its login screen all the same.
 */
import { existsSync } from 'node:fs';
import { explainingLine } from '../terminal/explaining-lines.ts';
import { outputOf, type Place } from './program-output.ts';

/** A keyring may ask for its password. */
const STATUS_LIMIT_MS = 3_000;
/** Managed by the machine's administrator; they may set the provider. */
const OF_MACHINE = ['/etc/codex/config.toml', '/etc/codex/managed_config.toml'];
const CHOOSES_PROVIDER =
  /^(?:--oss|--local-provider|--profile|-p)\b|\b(?:model_provider|profile)\b/;

export type LoginStatus =
  | { readonly type: 'logged-in' | 'missing' | 'unknown' }
  /** Codex cannot tell, and would not start either: shows its error. */
  | { readonly type: 'failed'; readonly error: string };

export async function loginStatus(binary: string, place: Place): Promise<LoginStatus> {
  const { exit, errors } = await outputOf(
    binary,
    ['login', 'status'],
    STATUS_LIMIT_MS,
    place,
    true,
  );
  if (exit?.code === 0) return { type: 'logged-in' };
  if (/^not logged in$/im.test(errors)) return { type: 'missing' };
  const error = explainingLine(errors);
  // Other lines are from a program that does not know the command.
  return exit?.code === 1 && error?.startsWith('Error')
    ? { type: 'failed', error }
    : { type: 'unknown' };
}

export interface Provider {
  readonly id: string;
  readonly needsLogin: boolean;
  /** The environment variable that holds its key. */
  readonly keyVariable?: string;
}

/**
 * The provider of the model according to Codex's configuration (`config`, parsed) and the arguments
 * it is run with; undefined if they do not say.
 */
export function providerOf(config: object, args: readonly string[]): Provider | undefined {
  if (args.some((arg) => CHOOSES_PROVIDER.test(arg)) || OF_MACHINE.some((path) => existsSync(path)))
    return undefined;
  const profile = entry(entry(config, 'profiles'), textOf(config, 'profile'));
  const id = textOf(profile, 'model_provider') ?? textOf(config, 'model_provider') ?? 'openai';
  const own = entry(entry(config, 'model_providers'), id);
  const keyVariable = textOf(own, 'env_key');
  const needsLogin =
    id === 'openai' || (own as Record<string, unknown>).requires_openai_auth === true;
  return { id, needsLogin, ...(keyVariable !== undefined && { keyVariable }) };
}

function entry(table: object, key: string | undefined): object {
  const value = key === undefined ? undefined : (table as Record<string, unknown>)[key];
  return typeof value === 'object' && value !== null ? value : {};
}

function textOf(table: object, key: string): string | undefined {
  const value = (table as Record<string, unknown>)[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
