/**
 * `reset-terminal`: for a terminal whose client was killed with -9 and could put nothing right.
 * Never a full reset: scrollback and settings are the user's.
 */
import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT, usageError } from '../platform/errors.ts';
import { writeRaw } from '../terminal/output.ts';

/** Kitty's keyboard stack is one for each screen, so it is emptied on both sides of 1049. */
const KEYBOARD_OFF = '\x1b[<32u\x1b[>4;0m';
const RESET = [
  // CAN and ST: a sequence may be half out.
  '\x18\x1b\\',
  KEYBOARD_OFF,
  // Leaving the alternate screen restores the cursor even where none was entered, so it is saved
  // first: in tmux, only entering does that.
  '\x1b7\x1b[?1049h\x1b[?1049l',
  KEYBOARD_OFF,
  // Mouse, focus, paste, reports and synchronized output off.
  '\x1b[?9;1000;1002;1003;1004;1005;1006;1015;1016;2004;2026;2027;2031;2048l',
  // Application and reversed modes off; the wheel scrolls pagers, as it does by default.
  '\x1b[?1;5;12;45l\x1b>\x1b[20l\x1b[?1007h',
  // DECSTR: origin, insert and application modes, scroll region and attributes, without moving the
  // cursor, as setting the region or the origin would.
  '\x1b[!p',
  // Some take DECSTR to mean no wrapping. Then a visible cursor of the usual shape, and ASCII.
  '\x1b[?7h\x1b[?25h\x1b[0 q\x1b[0m\x1b(B\x1b)B\x0f\x1b]8;;\x1b\\',
  // The title that the client had pushed, if it is still there.
  '\x1b[23;0t',
].join('');
/** Columns between tab stops. */
const TAB_WIDTH = 8;

function tabStops(columns: number): string {
  const stops = Array.from({ length: Math.ceil(columns / TAB_WIDTH) }, (_, i) => i * TAB_WIDTH);
  return `\x1b7\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}\x1b8`;
}

/** Node gives a terminal on fds 0 to 2 the settings that it found back as it exits: the raw ones. */
function makeSane(): void {
  spawnSync('stty', ['sane'], { stdio: ['inherit', 'ignore', 'ignore'] });
  process.once('exit', () => {
    for (const fd of [0, 1, 2]) closeSync(fd);
  });
}

export async function run(): Promise<number> {
  if (!isatty(1)) throw usageError('this is no terminal', 'Run it in the terminal that it is for.');
  if (isatty(0)) makeSane();
  writeRaw(RESET + tabStops(process.stdout.columns || 80));
  return EXIT.ok;
}
