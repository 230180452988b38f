/** The sequences that set the modes of a screen, and those that undo them. */
import {
  CURSOR_BLINK,
  REVERSE_VIDEO,
  SIDE_MARGINS,
  usualValue,
  WRAPAROUND,
} from '../../terminal/private-modes.ts';
import type { Emulator } from './emulator.ts';
import type { Core, ScreenBuffer } from './emulator-internals.ts';
import type { KeyboardFlags } from './extra-state.ts';
import { tabUndo } from './tab-stops.ts';

/** DECSCUSR parameters of the steady shapes; one less is the blinking shape. */
const CURSOR_SHAPES = { block: 2, underline: 4, bar: 6 } as const;

const ASCII = '\x1b(B\x1b)B\x1b*B\x1b+B\x0f';

/**
 * What a terminal said of a mode before the program changed it; undefined: nothing; `fixed`: the
 * mode cannot be changed.
 */
export type OwnModes = (mode: number) => boolean | 'fixed' | undefined;

function decset(modes: Iterable<number>, on: boolean): string {
  let out = '';
  for (const mode of modes) out += `\x1b[?${mode}${on ? 'h' : 'l'}`;
  return out;
}

/** Rebuilds one screen's keyboard stack, on an empty stack. */
export function keyboardSequence({ base, stack }: KeyboardFlags): string {
  const set = base === 0 ? '' : `\x1b[=${base};1u`;
  return set + stack.map((flags) => `\x1b[>${flags}u`).join('');
}

function keyboardUndo({ base, stack }: KeyboardFlags): string {
  const pop = stack.length === 0 ? '' : `\x1b[<${stack.length}u`;
  return pop + (base === 0 ? '' : '\x1b[=0;1u');
}

function mouseSequence({ core, extra }: Emulator): string {
  // Terminals that have one mouse mode take the last; others get all of them.
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  const modes = activeProtocol === 'NONE' ? [] : extra.mouseModes;
  const unmodelled = [...extra.mouseEncodings].filter((mode) => mode === 1005 || mode === 1015);
  const encoding = { SGR: [1006], SGR_PIXELS: [1016] }[activeEncoding] ?? [];
  return decset(modes, true) + decset(unmodelled, true) + decset(encoding, true);
}

/** Sets all modes except margins, origin mode, insert mode and attributes of the cursor's cell. */
export function modeSequence(emulator: Emulator): string {
  const { core, extra } = emulator;
  const dec = core.coreService.decPrivateModes;
  let out = extra.modes.saveSequence;
  for (const [mode, on] of extra.modes.values) out += decset([mode], on);
  out += mouseSequence(emulator) + extra.settings.setSequence;
  if (dec.applicationKeypad) out += '\x1b=';
  if (core.options.convertEol) out += '\x1b[20h';
  if (extra.modifyOtherKeys !== 0) out += `\x1b[>4;${extra.modifyOtherKeys}m`;
  out += cursorStyle(emulator);
  for (const [index, spec] of extra.palette) out += `\x1b]4;${index};${spec}\x1b\\`;
  for (const [code, spec] of extra.dynamicColors) out += `\x1b]${code};${spec}\x1b\\`;
  return out;
}

function cursorStyle({ core }: Emulator): string {
  const { cursorStyle: shape, cursorBlink: blink } = core.coreService.decPrivateModes;
  return shape ? `\x1b[${CURSOR_SHAPES[shape] - (blink ? 1 : 0)} q` : '';
}

const NOTHING_SAID: OwnModes = () => undefined;

/** Undoes everything that the program has set, for later programs. */
export function undoSequence(emulator: Emulator, own = NOTHING_SAID): string {
  const { core, extra } = emulator;
  const dec = core.coreService.decPrivateModes;
  // CAN and ST end any incomplete sequence.
  let out = `\x18\x1b\\${extra.settings.undoSequence}`;
  if (dec.synchronizedOutput) out += '\x1b[?2026l';
  if (extra.modifyOtherKeys !== 0) out += '\x1b[>4m';
  out += decset(extra.mouseModes, false) + decset(extra.mouseEncodings, false);
  const all = extra.wasSoftReset;
  if (dec.applicationKeypad || all) out += '\x1b>';
  if (dec.cursorStyle || all) out += `\x1b[0 q${blinkingAgain(own)}`;
  if (core.coreService.modes.insertMode || all) out += '\x1b[4l';
  if (core.options.convertEol) out += '\x1b[20l';
  if (dec.origin) out += '\x1b[?6l';
  out += all ? ASCII : undoCharsets(emulator.charsets(), core._charsetService.glevel);
  out += undoColors(emulator);
  for (const mode of extra.modes.values.keys())
    if (mode !== SIDE_MARGINS) out += undoMode(mode, own);
  // xterm also swaps colours that were set, which may have been set before or after the mode.
  if (extra.modes.values.has(REVERSE_VIDEO)) out += undoColors(emulator);
  if (core._inputHandler._curAttrData.extended.urlId !== 0) out += '\x1b]8;;\x1b\\';
  return `${out}\x1b[m${undoScreen(emulator)}${emulator.onAlternate ? undoSavedCursor(emulator, own) : ''}`;
}

/**
 * Leaving the alternate screen restores what was saved with the cursor: attributes, charsets,
 * origin mode and, in kitty, reverse video, wrapping and the cursor's shape. Some terminals have
 * separate margins and tab stops for the main screen.
 */
function undoSavedCursor(emulator: Emulator, own: OwnModes): string {
  const { core, extra } = emulator;
  const saved = emulator.savedCursor(core.buffers.normal);
  let out = '\x1b[m';
  if (saved) out += undoCharsets(saved.charsets, saved.glevel);
  // It moves the cursor.
  if (saved?.origin) out += `\x1b[?6l\x1b[${saved.y + 1};${saved.x + 1}H`;
  for (const mode of [REVERSE_VIDEO, WRAPAROUND])
    if (extra.modes.values.has(mode)) out += undoMode(mode, own);
  if (core.coreService.decPrivateModes.cursorStyle || extra.wasSoftReset)
    out += `\x1b[0 q${blinkingAgain(own)}`;
  const moving = undoLayout(core, [core.buffers.normal]);
  return moving ? `${out}\x1b7${moving}\x1b8` : out;
}

function undoMode(mode: number, own: OwnModes): string {
  const value = own(mode) ?? usualValue(mode);
  return value === 'fixed' ? '' : decset([mode], value);
}

/** In xterm the usual shape of the cursor blinks, even where that is not the user's. */
function blinkingAgain(own: OwnModes): string {
  const blinks = own(CURSOR_BLINK);
  return typeof blinks === 'boolean' ? decset([CURSOR_BLINK], blinks) : '';
}

function undoColors({ extra }: Emulator): string {
  const codes = new Set(extra.dynamicColors.keys());
  if (extra.modes.values.has(REVERSE_VIDEO) && (codes.has(10) || codes.has(11)))
    codes.add(10).add(11);
  const palette = extra.palette.size > 0 ? '\x1b]104\x1b\\' : '';
  return palette + [...codes].map((code) => `\x1b]${code + 100}\x1b\\`).join('');
}

function undoCharsets(charsets: readonly (string | undefined)[], glevel: number): string {
  const changed = charsets.map((flag) => flag !== undefined && flag !== 'B');
  const designate = ['(', ')', '*', '+'].filter((_, g) => changed[g]);
  const shift = glevel === 0 ? '' : '\x0f';
  return designate.map((g) => `\x1b${g}B`).join('') + shift;
}

/** Tab stops and margins, if they differ from the usual ones of these buffers. Moves the cursor. */
function undoLayout({ cols, rows }: Core, buffers: readonly ScreenBuffer[]): string {
  const tabs = buffers.map((buffer) => tabUndo(buffer, cols)).find((undo) => undo !== '') ?? '';
  const margins = buffers.some((b) => b.scrollTop !== 0 || b.scrollBottom !== rows - 1);
  return tabs + (margins ? '\x1b[r' : '');
}

/** Resets margins and the keyboard stacks of both screens, and leaves the alternate screen. */
function undoScreen({ core, extra, onAlternate }: Emulator): string {
  const { main, alternate } = extra.keyboard;
  const { normal, active } = core.buffers;
  const sides = extra.modes.values.has(SIDE_MARGINS) ? decset([SIDE_MARGINS], false) : '';
  const layout = undoLayout(core, [normal, active]);
  const margins = extra.wasSoftReset && !layout.endsWith('r') ? '\x1b[r' : '';
  const moving = sides + layout + margins;
  // These move the cursor in some terminals, so it is saved and restored.
  const reset = moving && !onAlternate ? `\x1b7${moving}\x1b8` : moving;
  const inAlternate = keyboardUndo(alternate);
  if (onAlternate)
    return `${reset}${inAlternate}\x1b[?1049l${keyboardUndo(main)}${extra.settings.undoPointer}`;
  const visit = inAlternate ? `\x1b[?1047h${inAlternate}\x1b[?1047l` : '';
  return reset + keyboardUndo(main) + visit;
}
