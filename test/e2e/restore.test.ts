/**
 * What died comes back. Here a few sessions; `npm run test:restore -- --times 10` does the same with
 * twenty of them, again and again.
 */
import { test } from 'vitest';
import { type Death, type DrillSize, restoreDrill } from '../support/rig/restore-drill.ts';

const times = Number(process.env.CODEX_SESSIONS_RESTORE_TIMES ?? 0);
const size: DrillSize =
  times > 0 ? { projects: 3, sessions: 20, busy: 5 } : { projects: 2, sessions: 6, busy: 2 };
const LIMIT_MS = times > 0 ? 600_000 : 300_000;

const deaths: Readonly<Record<Death, string>> = {
  supervisor: 'kill -9 of the supervisor',
  everything: 'kill -9 of the supervisor and of every Codex',
  reboot: 'a reboot',
};

for (let round = 1; round <= Math.max(1, times); round += 1)
  for (const [death, what] of Object.entries(deaths))
    test(
      `${size.sessions} sessions after ${what}${times > 0 ? `, round ${round}` : ''}`,
      () => restoreDrill(death as Death, size),
      LIMIT_MS,
    );
