/** Tells the user which limits of this shell a session that is started now will lack. */
import { type SupervisorLink, supervisorLimits } from '../../client/index.ts';
import { droppedVariables } from '../../platform/utf8-check.ts';
import { say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';

/**
 * Says nothing about a supervisor that has not answered yet: it was launched with our own limits.
 */
export async function sayLacks(link: SupervisorLink): Promise<void> {
  if (droppedVariables.length > 0) {
    const names = droppedVariables.map((name) => safeText(name)).join(', ');
    say(`codex-sessions: not UTF-8, and not passed to the session: ${names}`);
  }
  const limits = supervisorLimits((await link.find())?.welcome);
  if (limits) say(`codex-sessions: ${limits.text}\n  ${limits.hint}`);
}
