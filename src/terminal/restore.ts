/**
 * The restore sequence for a terminal whose supervisor vanished. It is unknown which modes the program
 * had set, so all that programs set are reset, which does no harm to those that were not set. No full
 * reset (RIS): that would clear the user's scrollback, palette and settings.
 */

import { PROGRAM_MODES_OFF } from './private-modes.ts';

/** CAN and ST end an incomplete sequence. */
const END_SEQUENCE = '\x18\x1b\\';
const SYNC_OFF = '\x1b[?2026l';
/** Pops one entry, the program's: more would remove the shell's. */
const KEYBOARD = '\x1b[<1u\x1b[>4m';
/** Pops the entry that the client pushes for programs that change the top one without a push. */
export const CLIENT_KEYBOARD_POP = '\x1b[<1u';
/** Modes that the user may have set. */
const USUAL = '\x1b[?1007h\x1b[?5l\x1b[?7h\x1b[?45l';
/**
 * Unlocks the keyboard, and turns local echo off. Resetting origin mode moves the cursor to the
 * first row, where the shell would write over the program's lines.
 */
const ANSI_MODES = '\x1b[2l\x1b[4l\x1b[12h\x1b[20l\x1b7\x1b[?6l\x1b8\x1b>';
const CHARSETS = '\x1b(B\x1b)B\x1b*B\x1b+B\x0f';
/** Setting the margins moves the cursor, so it is saved and restored. */
const MARGINS = '\x1b7\x1b[r\x1b8';
/** Shapes of cursor and pointer, link, attributes. */
const LOOK = '\x1b[0 q\x1b]22;\x1b\\\x1b]8;;\x1b\\\x1b[m';

const MODES_OFF = END_SEQUENCE + SYNC_OFF + PROGRAM_MODES_OFF + ANSI_MODES + CHARSETS + LOOK;

/** No `?1049l` on the main screen: there it would move the cursor to where it was last saved. */
function fallback(onAlternate: boolean): Buffer {
  // Leaving the alternate screen restores what was saved with the cursor.
  const leave = onAlternate ? `\x1b[r${KEYBOARD}\x1b[?1049l${USUAL}${CHARSETS}${LOOK}` : MARGINS;
  return Buffer.from(MODES_OFF + USUAL + leave + KEYBOARD + CLIENT_KEYBOARD_POP);
}

/** For a terminal that is or may be on the alternate screen. */
export const FALLBACK_RESTORE: Uint8Array = fallback(true);
/** For a terminal that is on its main screen. */
export const FALLBACK_RESTORE_MAIN: Uint8Array = fallback(false);

/**
 * With the last restore sequence that the supervisor sent before it vanished, which knows the depth of
 * the keyboard stacks and the changed colours; modes set since then are reset too.
 */
export function restoreBy(restore: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(MODES_OFF), restore]);
}
