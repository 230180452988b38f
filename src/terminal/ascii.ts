/** The signs that we draw, for terminals that are not in UTF-8: there `●` would be `â` and two more. */

/** Each is one column wide, as what it stands for. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '●': '*',
  '○': 'o',
  '✓': '+',
  '✗': 'x',
  '▌': '>',
  '❯': '>',
  '›': '>',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '•': '*',
  '…': '~',
  '·': '-',
  '–': '-',
  '—': '-',
  '─': '-',
  '│': '|',
  '⏎': '\\',
};
const SIGNS = new RegExp(`[${Object.keys(IN_ASCII).join('')}]`, 'g');

/**
 * Whether the locale has another encoding than UTF-8. Where none is set, as in many containers, the
 * terminal is most likely in UTF-8 all the same.
 */
export function isAsciiLocale(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale);
}

/** `text` as this locale's terminal can show it, as far as it is ours. */
export function signs(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return isAsciiLocale(env) ? text.replace(SIGNS, (sign) => IN_ASCII[sign] ?? sign) : text;
}
