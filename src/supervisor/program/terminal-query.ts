/** Recognises the queries that programs send to a terminal. */
import type { DynamicColor } from '../../terminal/colors.ts';

/** The terminator of a query; the reply to a colour query has the same. */
export type StringEnd = 'bel' | 'st';

export type TerminalQuery =
  | { type: 'da1' }
  | { type: 'da2' }
  | { type: 'da3' }
  | { type: 'dsr' }
  | { type: 'cpr'; dec: boolean }
  | { type: 'decrqm'; mode: number; dec: boolean }
  | { type: 'osc-color'; which: DynamicColor; terminator: StringEnd }
  | { type: 'osc4'; index: number; terminator: StringEnd }
  | { type: 'kitty' }
  | { type: 'modify-other-keys' }
  | { type: 'xtversion' }
  | { type: 'color-scheme' }
  | { type: 'size'; what: 14 | 16 | 18 }
  /** Mode 2048 is set: the size is to be reported at once, and at each change. */
  | { type: 'in-band-size' }
  | { type: 'xtgettcap'; names: string }
  | { type: 'decrqss' }
  | { type: 'status-query'; terminator: StringEnd };

const SETS_IN_BAND_SIZE = /^\?(?:\d*;)*2048(?:;\d*)*h$/;

/** `body`: what follows ESC [, including the final character. */
export function csiQuery(body: string): TerminalQuery | undefined {
  switch (body) {
    case 'c':
    case '0c':
      return { type: 'da1' };
    case '>c':
    case '>0c':
      return { type: 'da2' };
    case '=c':
    case '=0c':
      return { type: 'da3' };
    case '5n':
      return { type: 'dsr' };
    case '6n':
      return { type: 'cpr', dec: false };
    case '?6n':
      return { type: 'cpr', dec: true };
    case '?996n':
      return { type: 'color-scheme' };
    case '?u':
      return { type: 'kitty' };
    case '?4m':
      return { type: 'modify-other-keys' };
    case '>q':
    case '>0q':
      return { type: 'xtversion' };
    case '14t':
      return { type: 'size', what: 14 };
    case '16t':
      return { type: 'size', what: 16 };
    case '18t':
      return { type: 'size', what: 18 };
  }
  if (body.endsWith('h'))
    return SETS_IN_BAND_SIZE.test(body) ? { type: 'in-band-size' } : undefined;
  const mode = /^(\??)(\d{1,5})\$p$/.exec(body);
  return mode ? { type: 'decrqm', mode: Number(mode[2]), dec: mode[1] === '?' } : undefined;
}

/** All queries in one OSC; `body`: without the terminator. */
export function oscQueries(body: string, terminator: StringEnd): TerminalQuery[] {
  const [code, ...rest] = body.split(';');
  switch (code) {
    case '4':
      return colorQueries(rest, terminator);
    case '10':
    case '11':
    case '12':
      return rest.flatMap((spec, i): TerminalQuery[] => {
        const which = Number(code) + i;
        if (spec !== '?' || which > 12) return [];
        return [{ type: 'osc-color', which: which as DynamicColor, terminator }];
      });
    case '7501':
      return rest.length === 1 && rest[0] === '?' ? [{ type: 'status-query', terminator }] : [];
    default:
      return [];
  }
}

function colorQueries(slots: readonly string[], terminator: StringEnd): TerminalQuery[] {
  const queries: TerminalQuery[] = [];
  for (let i = 0; i + 1 < slots.length; i += 2) {
    const index = slots[i] as string;
    if (slots[i + 1] === '?' && /^\d{1,3}$/.test(index) && Number(index) < 256) {
      queries.push({ type: 'osc4', index: Number(index), terminator });
    }
  }
  return queries;
}

/**
 * Capability names in hexadecimal, more than any program queries at once: the reply repeats them.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Request Termcap/Terminfo String".
 */
const CAPABILITIES = /^[0-9A-Fa-f;]{0,1024}$/;

/** `body`: what is between ESC P and ST. */
export function dcsQuery(body: string): TerminalQuery | undefined {
  if (body.startsWith('+q')) {
    const names = body.slice(2);
    return { type: 'xtgettcap', names: CAPABILITIES.test(names) ? names : '' };
  }
  return body.startsWith('$q') ? { type: 'decrqss' } : undefined;
}
