/**
 * The supervisor's replies to a program's queries, for when no terminal is attached or none replies in
 * time. Programs wait for them: an old Codex two seconds for each.
 */
import { VERSION } from '../../platform/version.ts';
import type { Colors, DynamicColor } from '../../terminal/colors.ts';
import { IN_BAND_SIZE, isListed } from '../../terminal/private-modes.ts';
import type { ScreenModes } from '../screen/screen.ts';
import type { StringEnd, TerminalQuery } from './terminal-query.ts';

/** The part of the screen's state that replies contain. */
export interface ReplyState {
  readonly cols: number;
  readonly rows: number;
  readonly cursor: { readonly x: number; readonly y: number };
  readonly modes: ScreenModes;
}

/** Most terminals are dark. */
const DARK: Record<DynamicColor, string> = {
  10: 'rgb:cccc/cccc/cccc',
  11: 'rgb:1e1e/1e1e/1e1e',
  12: 'rgb:cccc/cccc/cccc',
};
/** A VT220 with ANSI colours; VTE's reply is close to this. */
const DEVICE_ATTRIBUTES = '\x1b[?62;22c';
/** Type "VT220", and a version so low that no program looks for features by it. */
const SECONDARY_ATTRIBUTES = '\x1b[>1;10;0c';
const DARK_SCHEME = 1;
const LIGHT_SCHEME = 2;

/** Values of a DECRPM report. */
const Report = { unknown: 0, set: 1, reset: 2, alwaysSet: 3 } as const;

/** Whether the supervisor can reply; all other queries only a terminal can answer. */
export function hasReply(query: TerminalQuery): boolean {
  return query.type !== 'osc4' && !(query.type === 'size' && query.what !== 18);
}

/** Whether the reply depends on the output before the query. */
export function dependsOnScreen({ type }: TerminalQuery): boolean {
  return ['cpr', 'decrqm', 'kitty', 'modify-other-keys', 'in-band-size'].includes(type);
}

/**
 * The reply, or undefined if there is none. It repeats from the query only numbers and what
 * terminal-query.ts has checked against a grammar; see also reply-writer.ts.
 */
export function replyTo(
  query: TerminalQuery,
  state: ReplyState,
  colors: Colors = {},
): string | undefined {
  switch (query.type) {
    case 'da1':
      return DEVICE_ATTRIBUTES;
    case 'da2':
      return SECONDARY_ATTRIBUTES;
    case 'da3':
      return '\x1bP!|00000000\x1b\\';
    case 'dsr':
      return '\x1b[0n';
    case 'cpr':
      return `\x1b[${query.dec ? '?' : ''}${state.cursor.y + 1};${state.cursor.x + 1}R`;
    case 'decrqm': {
      const value = query.dec
        ? decMode(query.mode, state.modes)
        : ansiMode(query.mode, state.modes);
      return `\x1b[${query.dec ? '?' : ''}${query.mode};${value}$y`;
    }
    case 'osc-color': {
      const color = colors[query.which] ?? DARK[query.which];
      return `\x1b]${query.which};${color}${terminator(query.terminator)}`;
    }
    case 'kitty':
      return `\x1b[?${state.modes.kittyFlags}u`;
    case 'modify-other-keys':
      return `\x1b[>4;${state.modes.modifyOtherKeys}m`;
    case 'xtversion':
      return `\x1bP>|codex-sessions(${VERSION})\x1b\\`;
    case 'color-scheme':
      return schemeReport(colors[11]);
    case 'size':
      // The size in pixels is unknown.
      return query.what === 18 ? `\x1b[8;${state.rows};${state.cols}t` : undefined;
    case 'in-band-size':
      return state.modes.other.get(IN_BAND_SIZE)
        ? `\x1b[48;${state.rows};${state.cols};0;0t`
        : undefined;
    case 'xtgettcap':
      return `\x1bP0+r${query.names}\x1b\\`;
    case 'decrqss':
      return '\x1bP0$r\x1b\\';
    case 'osc4':
    case 'status-query':
      return undefined;
  }
}

/**
 * The report that a terminal with this background is dark or light; also the reply to `CSI ? 996
 * n`.
 */
export function schemeReport(background: string = DARK[11]): string {
  return `\x1b[?997;${isLight(background) ? LIGHT_SCHEME : DARK_SCHEME}n`;
}

function terminator(end: StringEnd): string {
  return end === 'bel' ? '\x07' : '\x1b\\';
}

function ansiMode(mode: number, { insert, newLine }: ScreenModes): number {
  if (mode === 4) return insert ? Report.set : Report.reset;
  if (mode === 20) return newLine ? Report.set : Report.reset;
  return Report.unknown;
}

function decMode(mode: number, modes: ScreenModes): number {
  const value = knownMode(mode, modes);
  if (value === undefined) return mode === 8 ? Report.alwaysSet : Report.unknown;
  return value ? Report.set : Report.reset;
}

function knownMode(mode: number, modes: ScreenModes): boolean | undefined {
  switch (mode) {
    case 1:
      return modes.applicationCursorKeys;
    case 6:
      return modes.origin;
    case 7:
      return modes.wraparound;
    case 12:
      return modes.cursorBlink;
    case 25:
      return modes.cursorVisible;
    case 45:
      return modes.reverseWraparound;
    case 47:
    case 1047:
    case 1049:
      return modes.altScreen;
    case 66:
      return modes.applicationKeypad;
    case 9:
    case 1000:
    case 1002:
    case 1003:
      return modes.mouseMode === mode;
    case 1004:
      return modes.focus;
    case 1006:
    case 1016:
      return modes.mouseEncoding === mode;
    case 2004:
      return modes.bracketedPaste;
    case 2026:
      return modes.syncOutput;
    case IN_BAND_SIZE:
      return modes.other.get(mode) ?? false;
    default:
      return isListed(mode) ? modes.other.get(mode) : undefined;
  }
}

/** Whether a colour (`rgb:rrrr/gggg/bbbb`) is nearer to white than to black. */
function isLight(spec: string): boolean {
  const parts = /^rgb:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})$/i.exec(spec)?.slice(1);
  if (!parts) return false;
  const [red, green, blue] = parts.map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  return 0.299 * (red as number) + 0.587 * (green as number) + 0.114 * (blue as number) > 0.5;
}
