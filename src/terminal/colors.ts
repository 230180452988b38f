/** A terminal's own colours, and the queries for them: OSC 10, 11 and 12. */

/** Foreground, background, cursor: the number of the OSC. */
export type DynamicColor = 10 | 11 | 12;
/** As in a terminal's reply, for example `rgb:ffff/ffff/ffff`. */
export type Colors = Partial<Record<DynamicColor, string>>;

const QUERIES = '\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]12;?\x1b\\';
const COLOR = /^rgb:[\da-f]{1,4}(?:\/[\da-f]{1,4}){2}$/i;
const REPLY = /^\x1b\](1[012]);(rgb:[\da-f/]{5,14})(?:\x07|\x1b\\)$/i;
/**
 * Terminals by name that are not asked: some consoles display what they do not know, and an Emacs
 * shell is `dumb`.
 */
const SILENT = /^(?:dumb|unknown|linux|cons25.*|vt\d+.*|)$/;

/** Empty for a terminal that is known not to answer. */
export function colorQueries(env: NodeJS.ProcessEnv = process.env): string {
  return SILENT.test(env.TERM ?? '') ? '' : QUERIES;
}

export function isColor(text: string): boolean {
  return COLOR.test(text);
}

/** The colour in a terminal's reply, which is matched as latin1; undefined if it has none. */
export function colorIn(reply: string): { which: DynamicColor; color: string } | undefined {
  const [, which, color = ''] = REPLY.exec(reply) ?? [];
  return isColor(color) ? { which: Number(which) as DynamicColor, color } : undefined;
}

/** Those of `value` that are colours; it may be anything. */
export function knownColors(value: unknown): Colors {
  const given = (value ?? {}) as Record<string, unknown>;
  const colors: Colors = {};
  for (const which of [10, 11, 12] as const) {
    const color = given[which];
    if (typeof color === 'string' && isColor(color)) colors[which] = color;
  }
  return colors;
}
