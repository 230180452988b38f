/** Finds the key that submits a prompt in a session's Codex, according to Codex's configuration. */
import { join } from 'node:path';
import { submitKeys } from '../../codex/submit-keys.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord, type SessionRecord } from '../../store/record.ts';
import { codexKeyBytes, type KeyboardMode } from '../../terminal/key-encoding.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName, typedName } from '../sessions/display-name.ts';

type Submitter = (mode: KeyboardMode) => Promise<Uint8Array>;

/**
 * Returns the bytes of the key for the modes that the session's terminal is in; throws a UserError
 * (6) if there is no key that can be sent.
 */
export async function submitter(
  paths: StatePaths,
  session: SessionInfo,
  codexHome: string,
): Promise<Submitter> {
  const record = readRecord(paths.records, session);
  const keys = record?.submitKeys ?? (await submitKeysNow(session, record, codexHome));
  return async (mode) => {
    // Enter if it submits, as it is the same in every terminal.
    const wanted = keys.includes('enter') ? ['enter'] : keys;
    for (const key of wanted) {
      const bytes = codexKeyBytes(key, mode);
      if (bytes) return bytes;
    }
    throw cannotSubmit(session, keys, join(codexHome, 'config.toml'));
  };
}

/**
 * For a session started by an earlier version. Codex (0.171) reads its configuration only at its
 * start.
 */
async function submitKeysNow(
  { root, project, hash, cwd }: SessionInfo,
  record: SessionRecord | undefined,
  codexHome: string,
): Promise<readonly string[]> {
  const { codex } = await loadConfig(process.env, { root, name: project, hash });
  const args = [...codex.args, ...(record?.userArgs ?? [])];
  return submitKeys({ codexHome, cwd: record?.cwd ?? cwd, args });
}

function cannotSubmit(session: SessionInfo, keys: readonly string[], file: string): UserError {
  const name = displayName(session);
  const listed = keys.map((key) => safeText(key, 40)).join(', ');
  return new UserError(
    listed
      ? `the Codex in ${name} submits with ${listed}, which cannot be sent to its terminal`
      : `no key submits a prompt in the Codex in ${name}, so none can be sent`,
    `Name one with tui.keymap.composer.submit in ${file}, such as ["enter"], then: codex-sessions restart ${typedName(session)}`,
    EXIT.notReady,
  );
}
