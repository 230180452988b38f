/**
 * The command that the shells' completion calls (completions/): prints what can stand at the
 * cursor. It runs while a line is typed, so it reports no errors, starts nothing, writes nothing,
 * and does not wait long.
 * `__complete zsh|fish WORD…`, where the last word is the one at the cursor; `__complete bash LINE
 * WORDBREAKS TYPE COLUMNS`, with bash's variables. The first line of the answer is `values`,
 * `files` or `directories`. Then come the values, each with a tab and its description; for bash as
 * they are to be inserted.
 */
import { printExactly } from '../../terminal/output.ts';
import { COMMANDS } from '../command-table.ts';
import { describedLines, insertion, readBashLine } from './bash-line.ts';
import { type Candidates, candidatesFor, type Sources } from './candidates.ts';

/** $COMP_TYPE if bash lists candidates: `?`, `!` and `@`. */
const LISTING = ['63', '33', '64'];

export async function complete(args: readonly string[]): Promise<void> {
  const [shell, ...rest] = args;
  const lines = shell === 'bash' ? await forBash(rest) : await forOthers(rest);
  printExactly(lines.join('\n'));
}

const SOURCES: Sources = {
  async sessions(kind, cwd, word) {
    const { sessionCandidates } = await import('../../commands/completion/sessions.ts');
    return sessionCandidates(kind, cwd, word);
  },
  async conversations(cwd) {
    const { conversationCandidates } = await import('../../commands/completion/sessions.ts');
    return conversationCandidates(cwd);
  },
  async projects() {
    const { projectCandidates } = await import('../../commands/completion/sessions.ts');
    return projectCandidates();
  },
  async keys() {
    const { KEY_NAMES } = await import('../../terminal/key-encoding.ts');
    return ['y', 'n', ...KEY_NAMES, 'ctrl+c', 'ctrl+d', 'shift+tab'];
  },
};

function candidates(words: readonly string[], current: string): Promise<Candidates> {
  return candidatesFor(words, current, COMMANDS, SOURCES);
}

async function forOthers(words: readonly string[]): Promise<string[]> {
  const { offer, values } = await candidates(words.slice(0, -1), words.at(-1) ?? '');
  return [offer, ...values.map(({ value, description }) => `${value}\t${description}`)];
}

async function forBash([line = '', wordBreaks = '', type = '', columns = '']: readonly string[]) {
  const read = readBashLine(line, wordBreaks);
  if (!read) return [];
  const { offer, values } = await candidates(read.words.slice(1), read.current);
  const fitting = values
    .filter(({ value }) => value.startsWith(read.current))
    .map((one) => ({ ...one, value: insertion(one.value, read) }));
  const described = LISTING.includes(type) && fitting.length > 1;
  const shown = described
    ? describedLines(fitting, Number(columns) || 80)
    : fitting.map(({ value }) => value);
  return [offer, ...shown];
}
