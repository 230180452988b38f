/**
 * Schedules the making of the startup snapshot: a supervisor that finds no matching one has it made some
 * time after its own start, when the user's first session is on the screen.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../store/log.ts';
import type { StatePaths } from '../store/paths.ts';
import { isCurrent, SNAPSHOT_VARIABLE, snapshotLink, thisOrigin } from './snapshot-location.ts';

const AFTER_MS = 3_000;

export function makeSnapshotLater(paths: StatePaths, log: Log): void {
  if (process.platform !== 'linux' || process.env[SNAPSHOT_VARIABLE]) return;
  setTimeout(() => {
    try {
      if (!isCurrent(snapshotLink(paths.cache), thisOrigin())) run(paths, log);
    } catch (error) {
      log.error('no start-up snapshot', error);
    }
  }, AFTER_MS).unref();
}

/** Without execa, which would stay in the supervisor's memory. Not retried: it would fail again. */
function run(paths: StatePaths, log: Log): void {
  const child = spawn(process.execPath, [join(__dirname, 'make-snapshot.js')], {
    cwd: '/',
    env: { ...process.env, CODEX_SESSIONS_DIR: paths.dir },
    stdio: ['ignore', 'ignore', 'pipe'],
    // In a process group of its own, which is killed when we exit.
    detached: true,
  });
  const end = () => endGroup(child.pid);
  process.once('exit', end);
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString('utf8');
  });
  child.once('error', (error) => {
    process.off('exit', end);
    log.info(`no start-up snapshot: ${messageOf(error)}`);
  });
  child.once('close', (code) => {
    process.off('exit', end);
    log.info(code === 0 ? 'made a start-up snapshot' : `no start-up snapshot: ${said.trim()}`);
  });
}

/** The pid cannot be reused before the child's exit is reported. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has exited already.
  }
}
