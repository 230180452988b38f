/** Finds programs that can be run. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first file of this name on a `PATH`. */
export function programOnPath(name: string, path = '/usr/bin:/bin'): string | undefined {
  const places = path.split(delimiter);
  return places.map((place) => join(place, name)).find(isProgram);
}

/** The desktop's own program for notifications. */
export function desktopNotifier(path: string | undefined): string | undefined {
  return programOnPath('notify-send', path) ?? programOnPath('osascript', path);
}
