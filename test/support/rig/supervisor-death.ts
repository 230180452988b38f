/** The death of a rig's supervisor, and its successor. */
import type { Rig } from './rig.ts';

/** The guard that waits for the supervisor's death. */
export async function guardOf(rig: Rig): Promise<number> {
  const guard = () =>
    rig.processes().filter(({ command }) => command.includes('codex-sessions-guard'));
  // The one before is told to go once the next one is there.
  const pids = await rig.waitUntil(() => guard().length === 1 && guard(), 'one guard');
  return pids[0]?.pid as number;
}

/**
 * Ends the supervisor by a signal, once it has a guard for what there is.
 * @returns the pid of its successor, once that listens
 */
export async function supervisorDies(
  rig: Rig,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<number> {
  const guard = await guardOf(rig);
  process.kill(rig.supervisorPid() as number, signal);
  await rig.waitUntil(() => rig.supervisorPid() === guard, 'the successor');
  return guard;
}
