/** What the supervisor itself shows of its sessions, to tell a frozen program from a frozen picture. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND } from '../rig/command.ts';

/** A supervisor that hangs is a finding too, and must not hide the rest of the report. */
const COMMAND_MS = 10_000;
const SESSIONS_MAX = 10;

interface Told {
  readonly fullName: string;
  readonly pid: number;
}

/**
 * Screen, size, status and what led to it, for each of the first sessions; '' where none was
 * started. Blocks until the commands have ended, as a failing wait has to report at once.
 */
export function describeSessions(env: Readonly<Record<string, string>>, stateDir: string): string {
  if (!existsSync(join(stateDir, 'supervisor.sock'))) return '';
  const run = (...args: string[]) => {
    const options = { env, encoding: 'utf8', timeout: COMMAND_MS, stdio: 'pipe' } as const;
    try {
      return execFileSync(COMMAND, args, options).trimEnd();
    } catch (error) {
      return `${args.join(' ')}: ${(error as Error).message}`;
    }
  };
  const list = run('ls', '--json');
  const parts = [`\n--- codex-sessions ls --json\n${list}`];
  for (const { fullName, pid } of sessionsIn(list).slice(0, SESSIONS_MAX)) {
    parts.push(`--- peek ${fullName}\n${run('peek', fullName, '--no-seen')}`);
    parts.push(`--- explain ${fullName}\n${run('explain', fullName)}\n${processesBelow(pid)}`);
  }
  return parts.join('\n');
}

function sessionsIn(list: string): readonly Told[] {
  try {
    return JSON.parse(list);
  } catch {
    return [];
  }
}

/** State, waiting channel and processor time of a session's processes. */
function processesBelow(pid: number): string {
  const columns = 'pid,ppid,stat,wchan:24,time,args';
  try {
    return execFileSync('ps', ['-o', columns, '--sid', String(pid), '--cols', '160'], {
      encoding: 'utf8',
    }).trimEnd();
  } catch (error) {
    return (error as Error).message;
  }
}
