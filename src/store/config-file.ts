/**
 * Reads the configuration file. It names programs to run, so it is trusted only if nobody but the user
 * and root can write it: after `su -m` or `sudo -E`, HOME is another user's.
 */
import { closeSync, fstatSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { openRegular } from '../platform/checked-open.ts';
import { errorCode, UserError } from '../platform/errors.ts';
import { directoriesUpTo, isOurs, isTrusted, othersMayWrite } from '../platform/ownership.ts';

const STICKY = 0o1000;
const OWN_PLACE =
  'Set HOME to your own home directory (sudo -H, su -), or XDG_CONFIG_HOME to a directory of your own.';

/**
 * The text of the file; undefined if there is none. A link is followed; its target and the directories
 * of both are checked.
 * @throws UserError when it cannot be read, is not a regular file, or others can change it
 */
export function readConfigFile(path: string, home: string): string | undefined {
  try {
    const fd = openRegular(path);
    try {
      refuseOthersFile(path, fstatSync(fd));
      refuseOthersDirectories(path, home);
      return readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof UserError) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(
      `cannot read ${path} (${code})`,
      'Make it readable, remove it, or set XDG_CONFIG_HOME to a directory of your own.',
    );
  }
}

function refuseOthersFile(path: string, stat: Stats): void {
  if (!isTrusted(stat)) throw new UserError(`${path} belongs to another user`, OWN_PLACE);
  if (othersMayWrite(stat))
    throw new UserError(`${path} can be written by others`, closing(path, stat));
}

/**
 * A user who can write to the directory can replace the file by a link to any file of ours, in a sticky
 * directory only if the file is that user's own.
 */
function refuseOthersDirectories(path: string, home: string): void {
  const places = [
    ...directoriesUpTo(dirname(path), home),
    ...directoriesUpTo(dirname(realpathSync.native(path)), realHome(home)),
  ];
  for (const { path: directory, stat } of places) {
    if (!isTrusted(stat))
      throw new UserError(`${path} is not used: ${directory} belongs to another user`, OWN_PLACE);
    if (othersMayWrite(stat) && (stat.mode & STICKY) === 0)
      throw new UserError(
        `${path} is not used: others can write to ${directory}`,
        closing(directory, stat),
      );
  }
}

function realHome(home: string): string {
  try {
    return realpathSync.native(home);
  } catch {
    return home;
  }
}

function closing(path: string, stat: Stats): string {
  const command = `chmod go-w '${path}'`;
  return isOurs(stat)
    ? `Close it: ${command}`
    : `Have its owner close it (${command}), or set XDG_CONFIG_HOME to a directory of your own.`;
}
