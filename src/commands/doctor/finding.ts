/** The results of the checks. */
import { accessSync, constants } from 'node:fs';
import { errorCode } from '../../platform/errors.ts';

export interface Finding {
  /** The check's name: one word, the same in every version. */
  readonly check: string;
  /** `note`: good to know. `finding`: does not work, or will fail or lose data some day. */
  readonly level: 'ok' | 'note' | 'finding';
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string;
}

export type Check = Promise<readonly Finding[]> | readonly Finding[];

/** Makes the findings of one check. */
export function about(check: string) {
  const say = (level: Finding['level'], text: string, hint?: string): Finding => ({
    check,
    level,
    text,
    ...(hint === undefined ? {} : { hint }),
  });
  return {
    ok: (text: string) => say('ok', text),
    note: (text: string, hint?: string) => say('note', text, hint),
    finding: (text: string, hint?: string) => say('finding', text, hint),
  };
}

/** The finding if no files can be made in a directory. */
export function unwritable(check: string, path: string, hint: string): Finding | undefined {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return about(check).finding(`cannot write to ${path} (${errorCode(error)})`, hint);
  }
}
