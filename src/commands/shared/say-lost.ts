import { say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';

/**
 * Tells the user what was typed while the terminal was asked for its colours: it cannot be given
 * back.
 */
export function sayLost(typed: string): void {
  say(`Lost, as it was typed while the terminal was asked for its colours: ${safeText(typed, 60)}`);
}
