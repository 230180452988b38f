/** `--name value` pairs of the test programs that run outside the test runner. */

/** @throws Error for a name that is not among the `defaults`, or a value that is no number. */
export function numbersFrom<T extends Record<string, number>>(
  args: readonly string[],
  defaults: T,
): T {
  const found: Record<string, number> = { ...defaults };
  for (let at = 0; at < args.length; at += 2) {
    const name = (args[at] ?? '').replace(/^--/, '');
    const value = Number(args[at + 1]);
    if (!(name in defaults) || Number.isNaN(value))
      throw new Error(
        `${args[at]} ${args[at + 1]}: known are --${Object.keys(defaults).join(' N, --')} N`,
      );
    found[name] = value;
  }
  return found as T;
}

/** For a run whose seed nobody chose: printed with every finding, so that it can be run again. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
