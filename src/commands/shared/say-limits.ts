/** Says what a session that is started now cannot have because of how its supervisor was started. */
import { type SupervisorLink, supervisorLimits } from '../../client/index.ts';
import { say } from '../../terminal/output.ts';

/** Says nothing of a supervisor that has not answered yet: it was launched with our own limits. */
export async function sayLimits(link: SupervisorLink): Promise<void> {
  const limits = supervisorLimits((await link.find())?.welcome?.pid);
  if (limits) say(`codex-sessions: ${limits.text}\n  ${limits.hint}`);
}
