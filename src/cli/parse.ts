/**
 * The parser for plain, correct command lines: loading commander makes a start without a startup
 * snapshot 5 % slower. Anything doubtful (abbreviations, bundled letters, a value that looks like an
 * option, too many arguments) is left to the full parser, which also reports errors.
 */
import {
  type Command,
  camelCase,
  defaultOf,
  type Flag,
  findCommand,
  type Parsed,
  readValue,
  splitAtDashes,
  type Value,
} from './command-spec.ts';

/** Undefined if the full parser must decide. */
export function parsePlain(
  argv: readonly string[],
  commands: readonly Command[],
): Parsed | undefined {
  const { head, tail } = splitAtDashes(argv);
  const command = head[0] === undefined ? undefined : findCommand(commands, head[0]);
  if (!command) return undefined;
  const options: Record<string, Value> = {};
  for (const [name, flag] of Object.entries(command.flags ?? {}))
    options[camelCase(name)] = defaultOf(flag);
  const positionals: string[] = [];
  for (let i = 1; i < head.length; i++) {
    const token = head[i] ?? '';
    if (!token.startsWith('-') || token === '-') positionals.push(token);
    else {
      const read = readFlag(command, token, head[i + 1], options);
      if (read === undefined) return undefined;
      i += read - 1;
    }
  }
  if (command.passthrough === undefined) positionals.push(...tail);
  if (!countFits(command, positionals.length)) return undefined;
  return {
    command,
    options,
    positionals,
    passthrough: command.passthrough === undefined ? [] : tail,
  };
}

/** Stores the flag in `options`; returns how many tokens it took. */
function readFlag(
  command: Command,
  token: string,
  next: string | undefined,
  options: Record<string, Value>,
): number | undefined {
  const [typed = '', ...rest] = token.split('=');
  const inline = token.includes('=') ? rest.join('=') : undefined;
  const named = flagOf(command, typed);
  if (!named || (inline !== undefined && !token.startsWith('--'))) return undefined;
  const [key, flag] = named;
  if (flag.type === 'boolean') {
    if (inline !== undefined) return undefined;
    options[key] = true;
    return 1;
  }
  if (flag.type === 'optional' && inline === undefined) {
    options[key] = flag.choices[0];
    return 1;
  }
  const text = inline ?? next;
  if (!text || text.startsWith('-')) return undefined;
  const value = readValue(flag, text);
  if (value === undefined) return undefined;
  const before = options[key];
  options[key] = Array.isArray(before) ? [...before, value] : value;
  return inline === undefined ? 2 : 1;
}

function flagOf(command: Command, typed: string): [key: string, flag: Flag] | undefined {
  for (const [name, flag] of Object.entries(command.flags ?? {}))
    if (typed === `--${name}` || (flag.short !== undefined && typed === `-${flag.short}`))
      return [camelCase(name), flag];
  return undefined;
}

function countFits(command: Command, count: number): boolean {
  const args = command.args ?? [];
  const least = args.filter((a) => a.required).length;
  const most = args.at(-1)?.variadic ? Number.POSITIVE_INFINITY : args.length;
  return count >= least && count <= most;
}
