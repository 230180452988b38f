/** What the tests with real terminals drive. They fail without it, and say what is missing. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** By the name of the command: the package of Debian and Ubuntu that has it. */
const PACKAGES: Readonly<Record<string, string>> = {
  Xvfb: 'xvfb',
  xterm: 'xterm',
  kitty: 'kitty',
  xdotool: 'xdotool',
  setxkbmap: 'x11-xkb-utils',
  import: 'imagemagick',
  vim: 'vim',
};

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Vitest calls it once, before the first test file. */
export function setup(): void {
  const missing = Object.keys(PACKAGES).filter((command) => !isInstalled(command));
  if (missing.length === 0) return;
  const packages = missing.map((command) => PACKAGES[command]).join(' ');
  throw new Error(
    `the tests with real terminals need what is not installed: ${missing.join(', ')}\nDebian, Ubuntu: apt-get install ${packages}`,
  );
}
