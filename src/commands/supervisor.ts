/**
 * `supervisor`: shows which one is running, upgrades it without ending a session, or ends one that
 * hangs.
 */
import { SupervisorLink, supervisorStatus, upgradeSupervisor } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { deathsLine, guardLine } from './shared/guard-words.ts';
import { restart } from './supervisor/restart.ts';
import { count, NONE_RUNS } from './supervisor/words.ts';

interface Options {
  readonly json: boolean;
  readonly force: boolean;
  readonly yes: boolean;
}

export async function run(
  options: Options,
  [action = 'status']: readonly string[],
): Promise<number> {
  if (action !== 'restart' && (options.force || options.yes))
    throw usageError(
      `${options.force ? '--force' : '-y'} is for "supervisor restart" alone`,
      `Use "supervisor ${action}" without it.`,
    );
  switch (action) {
    case 'status':
      return await status(options);
    case 'upgrade':
      return await upgrade(options);
    case 'restart':
      return await restart(options);
    default:
      throw usageError(
        `supervisor does not know ${safeJson(action)}`,
        'Use "supervisor status", "supervisor upgrade" or "supervisor restart --force".',
      );
  }
}

async function status({ json }: Options): Promise<number> {
  using link = new SupervisorLink(statePaths());
  const now = await supervisorStatus(link);
  if (!now) return noneRuns(json);
  const { version, protocol, pid, sessions, guard } = now;
  if (json) printJson({ version, protocol, pid, sessions, guard: guard ?? null });
  else {
    print(`version ${version} (protocol ${protocol}), pid ${pid}, ${count(sessions)}`);
    if (sessions > 0) print(guardLine(guard));
    print(deathsLine(guard, Date.now()) ?? '');
  }
  return EXIT.ok;
}

async function upgrade({ json }: Options): Promise<number> {
  using link = new SupervisorLink(statePaths());
  const now = await upgradeSupervisor(link);
  if (!now) return noneRuns(json);
  const { version, protocol, pid, sessions, before } = now;
  if (json) printJson({ version, protocol, pid, sessions });
  else print(`${before} → ${version}: pid ${pid} goes on with ${count(sessions)}`);
  return EXIT.ok;
}

function noneRuns(json: boolean): number {
  if (json) printJson(null);
  say(NONE_RUNS);
  return EXIT.ok;
}
