/** All help except that of a single command: the first screen, the list of commands, the topics. */
import { textColumns } from '../terminal/safe-text.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { Command } from './command-spec.ts';
import { type Block, blocksOf, codeParts, sectionOf } from './markdown.ts';
import { README } from './readme.ts';
import { TOPICS } from './topics.ts';

/** Wider help is hard to read. */
export const HELP_MAX_COLUMNS = 100;
/** The usual minimum width of a terminal; no line needs more. */
const COLUMNS = 80;

/** What most people use most of the time. */
const FIRST = ['start', 'attach', 'detach', 'list', 'switch', 'status', 'watch', 'kill'];

export interface HelpStyle {
  readonly columns: number;
  readonly bold: (text: string) => string;
}

/** One screen of 24 lines, from which everything else is found. */
export function firstHelp(commands: readonly Command[], { bold }: HelpStyle): string {
  const first = FIRST.flatMap((name) => commands.filter((command) => command.name === name));
  const others = known(commands).filter(({ name }) => !FIRST.includes(name));
  return [
    'Every project its own Codex, and as many named ones beside it as there are',
    'tasks. Without a command: the switcher in a terminal, the list anywhere else.',
    '',
    bold('Commands:'),
    ...rowsOf(first),
    wrapped(`  and ${others.map(({ name }) => name).join(', ')}`, COLUMNS, '  and '.length),
    '',
    `${bold('While attached:')} Ctrl-\\ leaves the session running, Ctrl-^ switches to another.`,
    '',
    `${bold('More')}, "cxs" being short for "codex-sessions":`,
    '  cxs help start      its options, with examples',
    '  cxs help commands   all of them, in a line each',
    `  cxs help TOPIC      ${topicNames()}`,
    '  cxs help manual     everything in one, as "man codex-sessions"',
    '',
  ].join('\n');
}

/** Without commands that only programs call. */
export function known(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ hidden }) => !hidden);
}

function topicNames(): string {
  const named = Object.entries(TOPICS).filter(([, { heading }]) => heading !== undefined);
  return named.map(([name]) => name).join(', ');
}

function rowsOf(commands: readonly Command[]): string[] {
  const rows = commands.map((command) => [termOf(command), command.summary] as const);
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, summary]) => `  ${term.padEnd(width)}  ${summary}`);
}

/** The name as it is usually typed, with its arguments. */
function termOf({ name, aliases = [], args = [] }: Command): string {
  const names = [...aliases, name].join(', ');
  return [
    names,
    ...args.map(({ name: arg, variadic, required }) => {
      const inner = `${arg}${variadic ? '…' : ''}`;
      return required ? `<${inner}>` : `[${inner}]`;
    }),
  ].join(' ');
}

/** @param name one of {@link TOPICS} */
export function topicHelp(name: string, commands: readonly Command[], style: HelpStyle): string {
  const { heading } = TOPICS[name] ?? {};
  const title = style.bold(`${heading ?? 'Commands'}:`);
  if (heading === undefined) return [title, ...rowsOf(known(commands)), ''].join('\n');
  const blocks = blocksOf(sectionOf(README, heading)).map((block) => shown(block, style));
  return [title, '', blocks.join('\n\n'), ''].join('\n');
}

function shown(block: Block, { columns, bold }: HelpStyle): string {
  switch (block.type) {
    case 'paragraph':
      return withCode(block.text, columns, bold);
    case 'code':
      return block.lines.flatMap((line) => codeLines(line, columns)).join('\n');
    case 'table': {
      const width = Math.max(...block.rows.map(([term = '']) => unquoted(term).length));
      return block.rows.map((row) => rowText(row, width, columns, bold)).join('\n');
    }
  }
}

const CODE_INDENT = '  ';

/** A comment that does not fit beside its line comes before it. */
function codeLines(line: string, columns: number): string[] {
  const [, code = '', comment = ''] = /^(.*?\S) +# (.*)$/.exec(line) ?? [];
  if (CODE_INDENT.length + line.length <= columns || comment === '')
    return [`${CODE_INDENT}${line}`.trimEnd()];
  return [
    ...wrapped(comment, columns - CODE_INDENT.length - '# '.length)
      .split('\n')
      .map((part) => `${CODE_INDENT}# ${part}`),
    CODE_INDENT + code,
  ];
}

/** If all terms are short, their descriptions stand beside them. */
const TERM_MAX_COLUMNS = 12;
const TEXT_INDENT = 4;

function rowText(
  [term = '', ...texts]: readonly string[],
  width: number,
  columns: number,
  bold: (text: string) => string,
): string {
  const beside = width <= TERM_MAX_COLUMNS;
  const indent = beside ? width + 2 : TEXT_INDENT;
  const text = withCode(' '.repeat(indent) + texts.join(' '), columns, bold);
  const shownTerm = bold(unquoted(term));
  if (!beside) return `${shownTerm}\n${text}`;
  return shownTerm + text.slice(unquoted(term).length);
}

function unquoted(text: string): string {
  return text.replaceAll('`', '');
}

/** Wrapped, with code in bold; without bold, code keeps its backquotes. */
function withCode(text: string, columns: number, bold: (text: string) => string): string {
  if (bold('x') === 'x') return wrapped(text, columns);
  return codeParts(wrapped(text, columns, undefined, (line) => textColumns(unquoted(line))))
    .map((part, at) => (at % 2 === 1 ? bold(part) : part))
    .join('');
}

/** Examples in two columns or, if one is too wide for that, with each explanation below its line. */
export function commandNotes(program: string, { examples = [] }: Command): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, does]) => [`${program} ${line}`, does] as const);
  const width = Math.max(...lines.map(([line]) => line.length));
  const fit = lines.every(([, does]) => 2 + width + 3 + does.length <= COLUMNS);
  const shownLines = lines.map(([line, does]) =>
    fit ? `  ${line.padEnd(width)}   ${does}` : `  ${line}\n      ${does}`,
  );
  return `\nExamples:\n${shownLines.join('\n')}`;
}
