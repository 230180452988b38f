/** The sequences that set the modes of a screen, and those that undo them. */
import type { Emulator } from './emulator.ts';
import { type KeyboardFlags, UNMODELLED_MODES } from './extra-state.ts';
import { tabUndo } from './tab-stops.ts';

/** DECSCUSR parameters of the steady shapes; one less is the blinking shape. */
const CURSOR_SHAPES = { block: 2, underline: 4, bar: 6 } as const;

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
  const on: number[] = [];
  const off: number[] = [];
  if (dec.applicationCursorKeys) on.push(1);
  if (!dec.wraparound) off.push(7);
  if (core.options.cursorBlink) on.push(12);
  if (core.coreService.isCursorHidden) off.push(25);
  if (dec.reverseWraparound) on.push(45);
  if (dec.sendFocus) on.push(1004);
  if (dec.bracketedPasteMode) on.push(2004);
  for (const [mode, value] of extra.modes) (value ? on : off).push(mode);
  let out = decset(on, true) + decset(off, false) + mouseSequence(emulator);
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

/** Undoes everything that the program has set, for later programs. */
export function undoSequence(emulator: Emulator): string {
  const { core, extra } = emulator;
  const dec = core.coreService.decPrivateModes;
  // CAN and ST end any incomplete sequence.
  let out = '\x18\x1b\\';
  if (dec.synchronizedOutput) out += '\x1b[?2026l';
  out += undoInput(emulator);
  if (dec.cursorStyle) out += '\x1b[0 q';
  if (core.coreService.isCursorHidden) out += '\x1b[?25h';
  if (core.options.cursorBlink) out += '\x1b[?12l';
  if (core.coreService.modes.insertMode) out += '\x1b[4l';
  if (core.options.convertEol) out += '\x1b[20l';
  if (dec.origin) out += '\x1b[?6l';
  if (!dec.wraparound) out += '\x1b[?7h';
  if (dec.reverseWraparound) out += '\x1b[?45l';
  out += undoCharsets(emulator);
  for (const [mode, value] of extra.modes) {
    const usual = UNMODELLED_MODES.get(mode) as boolean;
    if (value !== usual) out += decset([mode], usual);
  }
  if (extra.palette.size > 0) out += '\x1b]104\x1b\\';
  for (const code of extra.dynamicColors.keys()) out += `\x1b]${code + 100}\x1b\\`;
  if (core._inputHandler._curAttrData.extended.urlId !== 0) out += '\x1b]8;;\x1b\\';
  return `${out}\x1b[m${undoScreen(emulator)}`;
}

function undoInput({ core, extra }: Emulator): string {
  const dec = core.coreService.decPrivateModes;
  let out = '';
  if (extra.modifyOtherKeys !== 0) out += '\x1b[>4m';
  out += decset(extra.mouseModes, false) + decset(extra.mouseEncodings, false);
  if (dec.sendFocus) out += '\x1b[?1004l';
  if (dec.bracketedPasteMode) out += '\x1b[?2004l';
  if (dec.applicationCursorKeys) out += '\x1b[?1l';
  if (dec.applicationKeypad) out += '\x1b>';
  return out;
}

function undoCharsets(emulator: Emulator): string {
  const changed = emulator.charsets().map((flag) => flag !== undefined && flag !== 'B');
  const designate = ['(', ')', '*', '+'].filter((_, g) => changed[g]);
  const shift = emulator.core._charsetService.glevel === 0 ? '' : '\x0f';
  return designate.map((g) => `\x1b${g}B`).join('') + shift;
}

/** Resets margins and the keyboard stacks of both screens, and leaves the alternate screen. */
function undoScreen({ core, extra, onAlternate }: Emulator): string {
  const { main, alternate } = extra.keyboard;
  const { normal, active } = core.buffers;
  const margins = [normal, active].some(
    (buffer) => buffer.scrollTop !== 0 || buffer.scrollBottom !== core.rows - 1,
  );
  const tabs = tabUndo(normal, core.cols) || tabUndo(active, core.cols);
  const moving = tabs + (margins ? '\x1b[r' : '');
  // These move the cursor, so it is saved and restored.
  const reset = moving && !onAlternate ? `\x1b7${moving}\x1b8` : moving;
  const inAlternate = keyboardUndo(alternate);
  if (onAlternate) return `${reset}${inAlternate}\x1b[?1049l${keyboardUndo(main)}`;
  const visit = inAlternate ? `\x1b[?1047h${inAlternate}\x1b[?1047l` : '';
  return reset + keyboardUndo(main) + visit;
}
