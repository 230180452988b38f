/**
 * Replaces the signs that we draw, for terminals that are not in UTF-8: there `●` would appear as
 * `â` and two more characters.
 */

/** Each is one column wide, like the sign that it replaces. */
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
 * Whether the locale has another encoding than UTF-8. If no locale is set, as in many containers,
 * the terminal is most likely in UTF-8 all the same.
 */
export function isAsciiLocale(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale);
}

/** `text` with our own signs replaced if this locale's terminal cannot show them. */
export function signs(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return isAsciiLocale(env) ? text.replace(SIGNS, (sign) => IN_ASCII[sign] ?? sign) : text;
}
