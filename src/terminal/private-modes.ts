/**
 * DEC private modes (DECSET, DECRST): which ones are kept for a program and undone in the user's
 * terminal, and their usual values. Sources: xterm ctlseqs; the manuals of kitty, mintty, Ghostty
 * and conpty.
 */

export const MOUSE_MODES: readonly number[] = [9, 1000, 1001, 1002, 1003];
export const MOUSE_ENCODINGS: readonly number[] = [1005, 1006, 1015, 1016];
/**
 * The size is reported in the input, at once and at each change:
 * https://gist.github.com/rockorager/e695fb2924d36b2bcf1fff4a3704bd83
 */
export const IN_BAND_SIZE = 2048;
/** DECLRMM: left and right margins. */
export const SIDE_MARGINS = 69;
export const WRAPAROUND = 7;
export const CURSOR_BLINK = 12;
/**
 * Columns are counted by grapheme clusters:
 * https://github.com/contour-terminal/terminal-unicode-core
 */
export const CLUSTERS = 2027;
/** DECSCNM: foreground and background are swapped. */
export const REVERSE_VIDEO = 5;
/**
 * DECANM: when reset, the terminal is in VT52 mode, in which it understands nothing that we write.
 */
export const ANSI = 2;

/**
 * Kept in another way (origin, keypad, screens, saved cursor, synchronized output), or not at all:
 * number of columns, VT52 and Tektronix mode.
 */
const NOT_KEPT: ReadonlySet<number> = new Set([
  ...[ANSI, 3, 6, 38, 47, 66, 1047, 1048, 1049, 2026],
  ...MOUSE_MODES,
  ...MOUSE_ENCODINGS,
]);

/**
 * Switched by programs while they run, and wrong in any shell, so they get their usual value,
 * whatever the terminal had: a broken connection may have left them on.
 */
const OF_PROGRAMS: ReadonlyMap<number, boolean> = new Map([
  [1, false],
  [25, true],
  [SIDE_MARGINS, false],
  [1004, false],
  // xterm reports the opposite of its value.
  [1046, true],
  [2004, false],
  [2031, false],
  [IN_BAND_SIZE, false],
  [5522, false],
  [9001, false],
]);

/** Modes that the user may have set, too, so the terminal is asked for their values. */
const OF_USERS: ReadonlyMap<number, boolean> = new Map([
  [REVERSE_VIDEO, false],
  [WRAPAROUND, true],
  [8, true],
  [CURSOR_BLINK, false],
  [45, false],
  [67, false],
  [1007, true],
  [1010, true],
  [1011, false],
  [1034, false],
  [1035, true],
  [1036, true],
  [1037, false],
  [1039, false],
  [1040, true],
  [1041, false],
  [1042, false],
  [1043, false],
  [1044, false],
  [1070, true],
  [CLUSTERS, false],
  [7786, true],
  [8452, false],
]);

const HIGHEST = 999_999;

export const MODES_OF_USERS: readonly number[] = [...OF_USERS.keys()];

export function isKept(mode: number): boolean {
  return mode > 0 && mode <= HIGHEST && !NOT_KEPT.has(mode);
}

/** Whether the mode is in one of these tables; there is a limited number of such modes. */
export function isListed(mode: number): boolean {
  return OF_PROGRAMS.has(mode) || OF_USERS.has(mode) || isMouse(mode);
}

export function isMouse(mode: number): boolean {
  return MOUSE_MODES.includes(mode) || MOUSE_ENCODINGS.includes(mode);
}

/** Whether a terminal's own value is to be put back, rather than the usual one. */
export function isOfUsers(mode: number): boolean {
  return isKept(mode) && !OF_PROGRAMS.has(mode);
}

/** Nearly all modes that are not listed are off in a terminal that has just been opened. */
export function usualValue(mode: number): boolean {
  return OF_PROGRAMS.get(mode) ?? OF_USERS.get(mode) ?? false;
}

/** The modes that programs switch, and those of the mouse. */
export const PROGRAM_MODES_OFF = [
  ...[...OF_PROGRAMS].map(([mode, usual]) => `\x1b[?${mode}${usual ? 'h' : 'l'}`),
  ...[...MOUSE_MODES, ...MOUSE_ENCODINGS].map((mode) => `\x1b[?${mode}l`),
].join('');
