import { type SessionName, shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';

/** `project:name`, safe to print on a terminal. */
export function displayName(session: SessionName): string {
  return safeText(shortName(session));
}
