import type { SessionSpec } from '../../protocol/messages.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';

/** One line is enough to recognise them. */
const SHOWN_MAX_COLUMNS = 200;

/**
 * The options that Codex gets again from last time, as they would be typed; undefined if there are
 * none.
 */
export function recalledOptions({ recalled, userArgs }: SessionSpec): string | undefined {
  if (!recalled || userArgs.length === 0) return undefined;
  return safeText(shellWords(userArgs), SHOWN_MAX_COLUMNS);
}
