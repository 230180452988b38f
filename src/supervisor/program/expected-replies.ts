/**
 * Matches a terminal's replies to the queries they answer. Sources: xterm ctlseqs, and the kitty
 * protocols.
 */
import { ATTRIBUTES_REPLY } from '../../terminal/input-tokens.ts';
import type { TerminalQuery } from './terminal-query.ts';

type Type = TerminalQuery['type'];

/** By the query's type; matched against latin1 text. */
const REPLIES: Readonly<Record<Type, RegExp>> = {
  da1: ATTRIBUTES_REPLY,
  da2: /^\x1b\[>[\d;]*c$/,
  da3: /^\x1bP!\|/,
  dsr: /^\x1b\[\d*n$/,
  cpr: /^\x1b\[\??[\d;]*R$/,
  decrqm: /^\x1b\[\??\d+;\d+\$y$/,
  'osc-color': /^\x1b\]1[012];/,
  osc4: /^\x1b\]4;/,
  kitty: /^\x1b\[\?\d*u$/,
  'modify-other-keys': /^\x1b\[>4;?\d*m$/,
  xtversion: /^\x1bP>\|/,
  'color-scheme': /^\x1b\[\?997;\d+n$/,
  size: /^\x1b\[[468];\d+;\d+t$/,
  'in-band-size': /^\x1b\[48;[\d:;]*t$/,
  xtgettcap: /^\x1bP[01]\+r/,
  decrqss: /^\x1bP[01]\$r/,
  'status-query': /^\x1b\]7501;/,
};

/**
 * Terminals send these only as replies, so one that matches no open query is late. The others may
 * also come unasked (`color-scheme` by mode 2031), or several times for one query.
 */
const TRACKED: readonly Type[] = [
  ...(['da1', 'da2', 'dsr', 'cpr', 'decrqm', 'kitty', 'osc-color', 'xtversion'] as const),
  // Never answered by a client's terminal: see program-queries.ts.
  'in-band-size',
];

export function isTracked(reply: string): boolean {
  return TRACKED.some((type) => REPLIES[type].test(reply));
}

export function isReplyToType(reply: string, type: Type): boolean {
  return REPLIES[type].test(reply);
}

export function isReplyTo(reply: string, query: TerminalQuery): boolean {
  if (!REPLIES[query.type].test(reply)) return false;
  switch (query.type) {
    case 'decrqm':
      return reply.startsWith(`\x1b[${query.dec ? '?' : ''}${query.mode};`);
    case 'osc-color':
      return reply.startsWith(`\x1b]${query.which};`);
    case 'size':
      return reply.startsWith(`\x1b[${query.what - 10};`);
    default:
      return true;
  }
}
