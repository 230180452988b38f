/** `supervisor`: shows which one is running, or upgrades it without ending a session. */
import { SupervisorLink, supervisorStatus, upgradeSupervisor } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { safeJson } from '../terminal/safe-text.ts';

interface Options {
  readonly json: boolean;
}

export async function run(
  options: Options,
  [action = 'status']: readonly string[],
): Promise<number> {
  if (action !== 'status' && action !== 'upgrade')
    throw usageError(
      `supervisor cannot ${safeJson(action)}`,
      'Use "supervisor status" or "supervisor upgrade".',
    );
  using link = new SupervisorLink(statePaths());
  const now = await (action === 'status' ? supervisorStatus(link) : upgradeSupervisor(link));
  if (!now) {
    if (options.json) printJson(null);
    say('No supervisor is running: the next start brings one.');
    return EXIT.ok;
  }
  const { version, protocol, pid, sessions } = now;
  if (options.json) printJson({ version, protocol, pid, sessions });
  else if (!('before' in now))
    print(`version ${version} (protocol ${protocol}), pid ${pid}, ${count(sessions)}`);
  else print(`${now.before} → ${version}: pid ${pid} goes on with ${count(sessions)}`);
  return EXIT.ok;
}

function count(sessions: number): string {
  return `${sessions} session${sessions === 1 ? '' : 's'}`;
}
