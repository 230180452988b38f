/** The modes that a program has set, for encoding its input and replying to its queries. */
import type { Emulator } from './emulator.ts';
import { currentFlags } from './extra-state.ts';

export interface ScreenModes {
  altScreen: boolean;
  focus: boolean;
  bracketedPaste: boolean;
  /** Keyboard flags in force on the active screen. */
  kittyFlags: number;
  modifyOtherKeys: number;
  mouse: boolean;
  /** The DEC mouse mode: 9, 1000, 1002, 1003, or 0 for none. */
  mouseMode: number;
  /** 0 (one byte each), 1006 (SGR) or 1016 (SGR pixels). */
  mouseEncoding: number;
  cursorVisible: boolean;
  cursorBlink: boolean;
  syncOutput: boolean;
  applicationCursorKeys: boolean;
  applicationKeypad: boolean;
  insert: boolean;
  newLine: boolean;
  origin: boolean;
  wraparound: boolean;
  reverseWraparound: boolean;
  /** Modes that the program has set or reset, and that are kept by {@link ChangedModes}. */
  other: ReadonlyMap<number, boolean>;
}

const MOUSE_MODE: Record<string, number> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 };
const MOUSE_ENCODING: Record<string, number> = { SGR: 1006, SGR_PIXELS: 1016 };

export function modesOf({ core, extra, onAlternate }: Emulator): ScreenModes {
  const dec = core.coreService.decPrivateModes;
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  return {
    altScreen: onAlternate,
    focus: dec.sendFocus,
    bracketedPaste: dec.bracketedPasteMode,
    kittyFlags: currentFlags(onAlternate ? extra.keyboard.alternate : extra.keyboard.main),
    modifyOtherKeys: extra.modifyOtherKeys,
    mouse: activeProtocol !== 'NONE',
    mouseMode: MOUSE_MODE[activeProtocol] ?? 0,
    mouseEncoding: MOUSE_ENCODING[activeEncoding] ?? 0,
    cursorVisible: !core.coreService.isCursorHidden,
    cursorBlink: core.options.cursorBlink,
    syncOutput: dec.synchronizedOutput,
    applicationCursorKeys: dec.applicationCursorKeys,
    applicationKeypad: dec.applicationKeypad,
    insert: core.coreService.modes.insertMode,
    newLine: core.options.convertEol,
    origin: dec.origin,
    wraparound: dec.wraparound,
    reverseWraparound: dec.reverseWraparound,
    other: extra.modes.values,
  };
}
