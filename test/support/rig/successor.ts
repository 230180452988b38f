/** The death of a rig's supervisor: its guard becomes the successor, or dies with it. */
import { openSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { GuardInfo } from '../../../src/protocol/messages.ts';
import { isHolding, lockHolder } from '../../../src/store/lock-holder.ts';
import { SessionFile } from '../../../src/supervisor/memory/session-file.ts';
import { isAlive, killProcess, type ProcessInfo, processInfo } from '../process/processes.ts';
import { RawControl } from '../process/raw-client.ts';
import type { Rig } from './rig.ts';

/** For a rig in which many die soon after each other, which is not what ends all sessions there. */
export const MANY_DEATHS = { CODEX_SESSIONS_SOON_MS: '0' };

/** The process that holds the lock; the guard may also listen on the socket. */
export function supervisorOf({ stateDir }: Rig): number | undefined {
  const holder = lockHolder(join(stateDir, 'supervisor.lock'));
  return holder && isHolding(holder) ? holder.pid : undefined;
}

/** Kills it. @returns its pid */
export function killNow(rig: Rig): number {
  const pid = supervisorOf(rig);
  if (pid === undefined) throw new Error(`no supervisor\n${rig.describe()}`);
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** Resolves when there is a successor that answers, and its own guard is there. */
export async function succeeded(rig: Rig, dead: number): Promise<void> {
  await rig.waitUntil(() => {
    const pid = supervisorOf(rig);
    return !isAlive(dead) && pid !== undefined && pid !== dead;
  }, 'a successor');
  await guarded(rig);
}

/** Until everything that is running would outlive the supervisor. */
export async function guarded(rig: Rig): Promise<void> {
  await rig.waitUntil(async () => {
    const control = await RawControl.open(rig.socket);
    try {
      const { guard } = await control.ask({ type: 'list' }, 'sessions');
      return (guard as GuardInfo).state === 'on';
    } finally {
      control.close();
    }
  }, 'a guard');
}

export async function dies(rig: Rig): Promise<void> {
  await guarded(rig);
  await succeeded(rig, killNow(rig));
}

/** What a guard is called among processes. */
export const GUARD = /codex-sessions-guard/;

export function guardsOf(rig: Rig): ProcessInfo[] {
  return rig.processes().filter(({ command }) => GUARD.test(command));
}

/**
 * The supervisor and its guard, by `kill -9` at once: the sessions are lost.
 * @throws Error if there is no supervisor
 */
export async function loseSupervisor(rig: Rig): Promise<void> {
  const pid = rig.supervisorPid();
  const supervisor = pid === undefined ? undefined : processInfo(pid);
  if (!supervisor) throw new Error('no supervisor');
  // So that it does not start another guard in between.
  process.kill(supervisor.pid, 'SIGSTOP');
  await rig.waitUntil(() => processInfo(supervisor.pid)?.state === 'T', 'it to be stopped');
  const child = ({ parent, command }: ProcessInfo) =>
    parent === supervisor.pid && /supervisor\.js/.test(command);
  for (const one of rig.processes().filter((all) => GUARD.test(all.command) || child(all)))
    killProcess(one);
  killProcess(supervisor);
  await rig.waitUntil(() => !isAlive(supervisor.pid), 'the supervisor to be gone');
}

/** The files of sessions, as the supervisor has them open; to be closed. */
export function memoryFilesOf(rig: Rig): SessionFile[] {
  const directory = `/proc/${supervisorOf(rig)}/fd`;
  return readdirSync(directory).flatMap((name) => {
    try {
      if (!readlinkSync(join(directory, name)).startsWith('/dev/shm/#')) return [];
      const file = new SessionFile(openSync(join(directory, name), 'r'));
      // The one of all sessions has something else there.
      if (file.readFixed() !== undefined) return [file];
      file.close();
    } catch {
      // It was closed meanwhile.
    }
    return [];
  });
}

/** Until this is true of all sessions' files. */
export async function stored(
  rig: Rig,
  what: string,
  isThere: (file: SessionFile) => boolean,
): Promise<void> {
  await rig.waitUntil(() => {
    const all = memoryFilesOf(rig);
    const there = all.length > 0 && all.every(isThere);
    for (const file of all) file.close();
    return there;
  }, what);
}

/** Until a successor would have all that the sessions show. */
export function atRest(rig: Rig): Promise<void> {
  return stored(rig, 'the sessions to be at rest', (file) => !file.marks.screen);
}
