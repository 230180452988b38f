/** Under systemd: checks whether the sessions survive a logout, and says what to do if not. */

import { existsSync, readFileSync } from 'node:fs';
import {
  belowUserManager,
  killsUserProcesses,
  lingerCommand,
  lingers,
  SYSTEM,
  type SystemPlaces,
  supervisorHolder,
  userManager,
} from '../../client/index.ts';
import type { StatePaths } from '../../store/paths.ts';
import { about, type Finding } from './finding.ts';

/** Exists if systemd is the system's manager; see sd_booted(3). */
const BOOTED = '/run/systemd/system';

export function checkLogout(
  paths: StatePaths,
  places: SystemPlaces = SYSTEM,
  booted = existsSync(BOOTED),
  uid = process.getuid?.(),
): Finding[] {
  const { ok, finding } = about('logout');
  if (!booted) return [ok('no systemd that could end sessions at logout')];
  const below = isBelow(paths, places);
  if (below && lingers(places)) return [ok('lingering is on: sessions outlive a logout')];
  if (below)
    return [
      finding(
        'your last logout will end the sessions: the user manager that they run under goes with it',
        lingerCommand(places, uid),
      ),
    ];
  if (killsUserProcesses(places))
    return [
      finding(
        'a logout will end the sessions: KillUserProcesses=yes in logind.conf, and no scope of their own',
        lingers(places)
          ? 'Start the sessions anew, from a login in which "systemctl --user status" works.'
          : `${lingerCommand(places, uid)}, log in again, and start the sessions anew`,
      ),
    ];
  return [ok('KillUserProcesses is off: sessions outlive a logout')];
}

/** Whether the supervisor, or one that is started here, is below the user's manager. */
function isBelow(paths: StatePaths, places: SystemPlaces): boolean {
  const holder = supervisorHolder(paths)?.pid;
  if (holder && existsSync(`/proc/${holder}/cgroup`))
    return /\/user@\d+\.service\//.test(readFileSync(`/proc/${holder}/cgroup`, 'utf8'));
  const wanted = belowUserManager(places) || lingers(places) || killsUserProcesses(places);
  return belowUserManager(places) || (userManager(process.env, places) !== undefined && wanted);
}
