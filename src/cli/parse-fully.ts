/**
 * Parses the command lines that parse.ts leaves, with commander and the same descriptions: it
 * understands more (bundled letters), reports errors and writes the help.
 */
import { type UserError, usageError } from '../platform/errors.ts';
import { colorWanted, terminalWidth } from '../terminal/output.ts';
import { shellWords } from '../terminal/shell-words.ts';
import {
  camelCase,
  type Command as Description,
  defaultOf,
  type Flag,
  findCommand,
  type Parsed,
  readValue,
  splitAtDashes,
  type Value,
} from './command-spec.ts';
import {
  Argument,
  Command,
  CommanderError,
  Help,
  InvalidArgumentError,
  Option,
} from './commander.ts';
import { commandNotes, firstHelp, HELP_MAX_COLUMNS, type HelpStyle, topicHelp } from './help.ts';
import { corrected, isOfCodex } from './misplaced.ts';
import { meaningOf } from './other-words.ts';
import { TOPICS } from './topics.ts';

const PROGRAM = 'codex-sessions';
const NAME_OPTIONS = ['-t', '-s', '-S', '-n', '--name', '--session', '--target'];
/** A command's first argument, if that names a session. */
const NAME_ARGUMENTS = ['name', 'old', 'query'];

/** @returns help and version as text to print. @throws UserError (usage) for a wrong command line */
export function parseFully(
  argv: readonly string[],
  commands: readonly Description[],
  version: string,
): Parsed | { readonly print: string } {
  const { head, tail } = splitAtDashes(argv);
  const [first] = head;
  const asked = first === undefined ? undefined : findCommand(commands, first);
  const passes = asked?.passthrough !== undefined;
  const topic = first === 'help' ? head.slice(1).join('-').toLowerCase() : '';
  if (Object.hasOwn(TOPICS, topic)) return { print: topicHelp(topic, commands, helpStyle()) };
  const written: string[] = [];
  const found: { parsed?: Parsed } = {};
  const program = buildProgram(commands, version, written, (command, options, positionals) => {
    found.parsed = { command, options, positionals, passthrough: passes ? tail : [] };
  });
  const words = helpAsFlag(head, commands).map((word) => withChoice(word, asked));
  try {
    program.parse(passes || tail.length === 0 ? words : [...words, '--', ...tail], {
      from: 'user',
    });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw refusal(error, commands, asked, head, tail);
  }
  return found.parsed ?? { print: written.join('') };
}

/** `help` means `--help`, `help kill` means `kill --help`; an unknown command stays, to be reported. */
function helpAsFlag(head: readonly string[], commands: readonly Description[]): readonly string[] {
  const [first, second] = head;
  if (first !== 'help') return head;
  if (second === undefined || second.startsWith('-') || second === 'help') return ['--help'];
  return findCommand(commands, second) ? [second, '--help'] : [second];
}

/** Commander would take the next word as the value of an option that may stand alone. */
function withChoice(word: string, asked: Description | undefined): string {
  const flag = asked?.flags?.[word.replace(/^--/, '')];
  return word.startsWith('--') && flag?.type === 'optional' ? `${word}=${flag.choices[0]}` : word;
}

type Take = (command: Description, options: Record<string, Value>, words: string[]) => void;

function helpStyle(): HelpStyle {
  return {
    columns: helpColumns(),
    bold: colorWanted() ? (text) => `\x1b[1m${text}\x1b[0m` : (text) => text,
  };
}

function helpColumns(): number {
  return Math.min(HELP_MAX_COLUMNS, terminalWidth() ?? 80);
}

function buildProgram(
  commands: readonly Description[],
  version: string,
  written: string[],
  take: Take,
): Command {
  const program: Command = new Command(PROGRAM)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'this, or help for a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => written.push(text),
      writeErr: () => {},
      getOutHelpWidth: helpColumns,
      getOutHasColors: () => colorWanted(),
    })
    .configureHelp({
      styleTitle: (title) => `\x1b[1m${title}\x1b[0m`,
      formatHelp: (command, helper) =>
        command === program
          ? firstHelp(commands, helpStyle())
          : Help.prototype.formatHelp.call(helper, command, helper),
    });
  for (const description of commands) addCommand(program, description, take);
  program.command('help [command]').description('help, or help for one command');
  return program;
}

/** Bold headings, as in commander's own part; it removes the escape codes if colour is off. */
function bold(notes: string): string {
  return notes.replace(/^[A-Z][^\n]*:$/gm, '\x1b[1m$&\x1b[0m');
}

/** Joins the lines of the source text, as help is wrapped to the terminal's width. */
function paragraphs(text = ''): string {
  return text.replace(/(?<!\n)\n(?![\n ])/g, ' ');
}

function addCommand(program: Command, description: Description, take: Take): void {
  const command = program
    .command(description.name, { hidden: description.hidden === true })
    .copyInheritedSettings(program)
    .enablePositionalOptions(false)
    .summary(description.summary)
    .description(
      [sentence(description.summary), paragraphs(description.details)].filter(Boolean).join('\n\n'),
    )
    .helpOption('-h, --help', 'this help')
    .allowExcessArguments(false);
  for (const alias of description.aliases ?? []) command.alias(alias);
  for (const { name, help, required, variadic } of description.args ?? []) {
    const inner = `${name}${variadic ? '...' : ''}`;
    command.addArgument(new Argument(required ? `<${inner}>` : `[${inner}]`, help));
  }
  const flags = Object.entries(description.flags ?? {});
  for (const [name, flag] of flags) command.addOption(optionOf(name, flag));
  command.usage(usageOf(description));
  command.addHelpText('after', () => bold(commandNotes(PROGRAM, description)));
  command.action(() => {
    const given = command.opts<Record<string, Value>>();
    const options: Record<string, Value> = {};
    for (const [name, flag] of flags)
      options[camelCase(name)] = given[camelCase(name)] ?? defaultOf(flag);
    take(description, options, command.args);
  });
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}

function usageOf({ args = [], flags, passthrough }: Description): string {
  const words = args.map(({ name, required, variadic }) => {
    const inner = `${name}${variadic ? '…' : ''}`;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  if (flags) words.push('[options]');
  if (passthrough) words.push(`[-- ${passthrough}…]`);
  return words.join(' ');
}

function valueTerm(flag: Exclude<Flag, { type: 'boolean' }>): string {
  return flag.type === 'optional' ? `[${flag.value}]` : `<${flag.value}>`;
}

function optionOf(name: string, flag: Flag): Option {
  const value = flag.type === 'boolean' ? '' : ` ${valueTerm(flag)}`;
  const option = new Option(
    `${flag.short === undefined ? '' : `-${flag.short}, `}--${name}${value}`,
    flag.help,
  );
  // Commander would take `--no-x` for the negation of `--x`; here it is a flag like any other.
  option.negate = false;
  if (flag.type === 'boolean') return option;
  return option.argParser<Value>((text, before) => {
    const read = readValue(flag, text);
    if (read === undefined)
      throw new InvalidArgumentError(
        flag.type === 'optional'
          ? `It is one of ${flag.choices.join(', ')}.`
          : flag.type === 'duration'
            ? 'A duration is a number with s, m, h or d.'
            : 'Not a whole number.',
      );
    return flag.type === 'strings'
      ? [...(Array.isArray(before) ? before : []), String(read)]
      : read;
  });
}

/** Commander's message as a UserError with a hint. */
function refusal(
  error: CommanderError,
  commands: readonly Description[],
  asked: Description | undefined,
  head: readonly string[],
  tail: readonly string[],
): UserError {
  const [, said = error.message, guess] =
    /^(?:error: )?([\s\S]*?)(?:\s*\((Did you mean [\s\S]*\?)\))?$/.exec(error.message) ?? [];
  const help = `"${PROGRAM}${asked ? ` ${asked.name}` : ''} --help" shows what there is.`;
  // Commander quotes with single quotes, which the typed text may contain too.
  const ours = said.replace(/(?<=^|[\s(])'(.*?)'(?=$|[\s.,;)])/g, '"$1"');
  const elsewhere = asked && misplacedHint(error, asked, head, tail);
  const meant = asked ? guess : (meaningOf(unknownWord(error), commands) ?? guess);
  const hint = elsewhere ?? [meant ?? sessionHint(error, head), help].filter(Boolean).join(' ');
  return usageError(ours.replace(/\.$/, ''), hint);
}

/**
 * The command, or the option in its place, that does not exist; empty if something else is wrong.
 */
function unknownWord({ message }: CommanderError): string {
  return /unknown (?:command|option) '([^']*)'/.exec(message)?.[1] ?? '';
}

/** The session name that was typed in place of a command. */
function sessionHint(error: CommanderError, head: readonly string[]): string | undefined {
  const isOnly = error.code === 'commander.unknownCommand' && head.length === 1;
  if (!isOnly || !/^[A-Za-z0-9][\w.-]{0,63}$/.test(head[0] ?? '')) return undefined;
  return `For a session of that name: ${PROGRAM} start ${head[0]}.`;
}

/**
 * The same command line with the name alone, instead of an option that gives tmux or screen a name.
 */
function nameHint(
  option: string,
  asked: Description,
  head: readonly string[],
  tail: readonly string[],
): string | undefined {
  const [first] = asked.args ?? [];
  if (!isNameOption(option) || !first || !NAME_ARGUMENTS.includes(first.name)) return undefined;
  const words = head
    .map((word) => (isNameOption(word) ? word.split('=').slice(1).join('=') : word))
    .filter(Boolean);
  if (words.length < 2) return undefined;
  const rest = tail.length > 0 ? ['--', ...tail] : [];
  const line = corrected(asked, words, tail) ?? shellWords([PROGRAM, ...words, ...rest]);
  return `The name stands alone: ${line}`;
}

function isNameOption(word: string): boolean {
  return NAME_OPTIONS.includes(word.split('=')[0] ?? '');
}

/**
 * What to do about arguments that are meant for Codex, or are a text; undefined if they are
 * neither.
 */
function misplacedHint(
  { code, message }: CommanderError,
  asked: Description,
  head: readonly string[],
  tail: readonly string[],
): string | undefined {
  const [, option = ''] = /unknown option '([^']*)'/.exec(message) ?? [];
  const isOption = code === 'commander.unknownOption';
  if (!isOption && code !== 'commander.excessArguments') return undefined;
  const named = nameHint(option, asked, head, tail);
  if (isOption && named && !isOfCodex(option)) return named;
  // It is more likely a typing error.
  if (isOption && message.includes('(Did you mean') && !isOfCodex(option)) return undefined;
  const line = corrected(asked, head, tail);
  if (line === undefined) return isOption && !isOfCodex(option) ? undefined : asked.instead;
  if (asked.passthrough === undefined)
    return `Text that begins with a dash comes after --: ${line}`;
  const unknown = isOption && !isOfCodex(option);
  return unknown
    ? `If it is for Codex: ${line} ("${PROGRAM} ${asked.name} --help" shows what is not)`
    : `What is for Codex comes after --: ${line}`;
}
