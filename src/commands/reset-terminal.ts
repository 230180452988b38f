/**
 * `reset-terminal`: for a terminal whose client was killed by SIGKILL and could not restore it. Never a
 * full reset, which would also drop the user's scrollback and settings.
 */
import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT, usageError } from '../platform/errors.ts';
import { writeRaw } from '../terminal/output.ts';
import { PROGRAM_MODES_OFF } from '../terminal/private-modes.ts';

/** Each screen has its own kitty keyboard stack, so both are emptied, around mode 1049. */
const KEYBOARD_OFF = '\x1b[<32u\x1b[>4;0m';
const RESET = [
  // CAN and ST end an incomplete sequence. Then VT52 and printing modes are left.
  '\x18\x1b\\\x1b<\x1b[4i',
  KEYBOARD_OFF,
  // Leaving the alternate screen restores the saved cursor even if it was never entered, so save the
  // cursor first; in tmux, only entering does that.
  '\x1b7\x1b[?1049h\x1b[?1049l',
  KEYBOARD_OFF,
  // Mouse, focus, paste, reports, side margins and synchronized output off.
  `${PROGRAM_MODES_OFF}\x1b[?2026;2027l`,
  // Modes that are on by default are set again; the wheel scrolls pagers, as it does by default.
  '\x1b[?5;12;45l\x1b>\x1b[?1007h',
  // The keyboard unlocked, no local echo, 7-bit replies, the usual key encodings.
  '\x1b[2;20l\x1b[12h\x1b F\x1b[>1m\x1b[>2m',
  // No progress, and the usual pointer.
  '\x1b]9;4;0;0\x1b\\\x1b]22;\x1b\\',
  // DECSTR resets origin, insert and application modes, scroll region and attributes without moving
  // the cursor, as setting the region or the origin would.
  '\x1b[!p',
  // Some terminals take DECSTR to mean no wrapping. Then a visible cursor of the default shape, ASCII.
  '\x1b[?7h\x1b[?25h\x1b[0 q\x1b[0m\x1b(B\x1b)B\x0f\x1b]8;;\x1b\\',
  // Pop the title that the client pushed, if it is still there.
  '\x1b[23;0t',
].join('');
/** Columns between tab stops. */
const TAB_WIDTH = 8;

function tabStops(columns: number): string {
  const stops = Array.from({ length: Math.ceil(columns / TAB_WIDTH) }, (_, i) => i * TAB_WIDTH);
  return `\x1b7\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}\x1b8`;
}

/** On exit, Node restores the settings that it found on fds 0 to 2: the raw ones. */
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
