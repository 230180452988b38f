/** The candidates that a shell offers for the word at the cursor. */
import { CODEX_FLAGS } from '../../codex/flags.ts';
import type { Command, SessionKind } from '../command-spec.ts';
import { TOPICS } from '../topics.ts';
import { type Slot, slotOf } from './slot.ts';

export interface Candidate {
  /** The whole word, without quotes. */
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  /** Files and directories, which the shell looks up itself. */
  readonly offer: 'values' | 'files' | 'directories';
  readonly values: readonly Candidate[];
}

/** What has to be looked up. */
export interface Sources {
  /** `cwd`: the value of `--cwd`; `word`: what is typed of the name. */
  sessions(kind: SessionKind, cwd: string | undefined, word: string): Promise<readonly Candidate[]>;
  conversations(cwd: string | undefined): Promise<readonly Candidate[]>;
  projects(): Promise<readonly Candidate[]>;
  keys(): Promise<readonly string[]>;
}

const HELP_FLAG = { value: '--help', description: 'what there is' };
const VERSION_FLAG = { value: '--version', description: 'print the version' };

/** Not a command of the table, as the parsers treat it specially. */
export const HELP: Command = {
  name: 'help',
  summary: 'help for a command, or on a topic',
  args: [{ name: 'command', help: 'a command or topic', completes: 'command' }],
  load: () => Promise.reject(new Error('help is no command')),
};

/**
 * Everything that can stand at the cursor, even if it does not begin with `current`: zsh and fish
 * match in ways of their own.
 */
export async function candidatesFor(
  words: readonly string[],
  current: string,
  commands: readonly Command[],
  sources: Sources,
): Promise<Candidates> {
  const slot = slotOf(words, current, [...commands, HELP]);
  const { wants, kept, given, command } = slot;
  if (wants === 'file') return { offer: 'files', values: [] };
  if (wants === 'directory') return { offer: 'directories', values: [] };
  const all = await valuesFor(slot, current, commands, sources);
  const values = all.filter(({ value }) => !given.includes(value));
  // `-` alone means the previous session.
  if (command?.name === 'switch' && given.length === 0 && wants === 'running')
    values.push({ value: '-', description: 'the one before' });
  return { offer: 'values', values: values.map((one) => ({ ...one, value: kept + one.value })) };
}

async function valuesFor(
  { wants, command, cwd, kept, given }: Slot,
  current: string,
  commands: readonly Command[],
  sources: Sources,
): Promise<readonly Candidate[]> {
  switch (wants) {
    case undefined:
    case 'file':
    case 'directory':
      return [];
    case 'flag':
      return command ? flagsOf(command, given, current) : [HELP_FLAG, VERSION_FLAG];
    case 'codex-flag':
      return [...CODEX_FLAGS.keys()]
        .filter((name) => name.startsWith('--'))
        .map((value) => ({ value, description: 'of Codex' }));
    case 'command':
      return command ? [...commandsOf(commands), ...topics()] : commandsOf([...commands, HELP]);
    case 'key':
      return (await sources.keys()).map((value) => ({ value, description: '' }));
    case 'conversation':
      return sources.conversations(cwd);
    case 'project':
      return sources.projects();
    case 'running':
    case 'asking':
    case 'attached':
    case 'ended':
    case 'any':
      return sources.sessions(wants, cwd, current.slice(kept.length));
    default:
      return described(wants);
  }
}

function commandsOf(commands: readonly Command[]): Candidate[] {
  return commands.flatMap(({ name, aliases = [], summary, hidden }) =>
    hidden ? [] : [...aliases, name].map((value) => ({ value, description: summary })),
  );
}

/** Short flags only after a single dash: they are for users who know them. */
function flagsOf(command: Command, given: readonly string[], current: string): Candidate[] {
  if (command === HELP) return [];
  const flags = Object.entries(command.flags ?? {}).filter(([name]) => !given.includes(name));
  const long = flags.map(([name, { help }]) => ({ value: `--${name}`, description: help }));
  const all = [...long, HELP_FLAG];
  if (current !== '-') return all;
  const short = flags.flatMap(([, { short: letter, help }]) =>
    letter === undefined ? [] : [{ value: `-${letter}`, description: help }],
  );
  return [...short, ...all];
}

function topics(): Candidate[] {
  return Object.entries(TOPICS).map(([value, { summary }]) => ({ value, description: summary }));
}

function described(values: Readonly<Record<string, string>>): Candidate[] {
  return Object.entries(values).map(([value, description]) => ({ value, description }));
}
