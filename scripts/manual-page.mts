/**
 * Makes the manual page, in the macros of man(7), from the command table and the README. Our own,
 * as the tools that convert commander's commands or Markdown know neither of these sources, and
 * mandoc complains about their output.
 */
import type { Argument, Command, Flag } from '../src/cli/command-spec.ts';
import { COMMANDS } from '../src/cli/command-table.ts';
import { type Block, blocksOf, codeParts, sectionOf } from '../src/cli/markdown.ts';
import { README } from '../src/cli/readme.ts';
import { TOPICS } from '../src/cli/topics.ts';
import { VERSION } from '../src/platform/version.ts';

const PROGRAM = 'codex-sessions';
const COLUMNS = 78;

/** `date`: as 2026-01-31 */
export function manualPage(date: string): string {
  return [
    `.TH CODEX\\-SESSIONS 1 ${date} "${PROGRAM} ${VERSION}" "User Commands"`,
    '.SH NAME',
    `${text(PROGRAM)}, cxs \\- a session multiplexer for OpenAI's Codex CLI`,
    '.SH SYNOPSIS',
    `\\fB${text(PROGRAM)}\\fR [\\fIcommand\\fR] [\\fIargument\\fR ...]`,
    '.SH DESCRIPTION',
    ...blocks(introduction()),
    '.PP',
    ...filled('Without a command: the switcher in a terminal, the list anywhere else.'),
    '.SH COMMANDS',
    ...COMMANDS.filter(({ hidden }) => !hidden).flatMap(commandSection),
    ...Object.values(TOPICS).flatMap(({ heading }) =>
      heading === undefined
        ? []
        : [`.SH ${text(heading.toUpperCase())}`, ...blocks(sectionOf(README, heading))],
    ),
    '.SH SEE ALSO',
    `\\fB${text(PROGRAM)} help\\fR \\fIcommand\\fR`,
    '.PP',
    ...filled('README.md and docs/ of the package.'),
    '',
  ].join('\n');
}

/** What the README says before its first example. */
function introduction(): string {
  return sectionOf(README, PROGRAM).split('```')[0] ?? '';
}

function commandSection(command: Command): string[] {
  const { name, aliases = [], summary, details = '', args = [], flags = {} } = command;
  const { passthrough, examples = [] } = command;
  const names = [name, ...aliases].map((one) => `\\fB${text(one)}\\fR`).join(', ');
  const words = [names, ...args.map(argument)];
  if (Object.keys(flags).length > 0) words.push('[\\fIoptions\\fR]');
  if (passthrough) words.push(`[\\-\\- \\fI${text(passthrough)}\\fR ...]`);
  return [
    `.SS ${text([...aliases, name].join(', '))}`,
    words.join(' '),
    '.PP',
    ...filled(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`),
    ...(details ? filled(details.replaceAll('\n', ' ')) : []),
    ...args.flatMap((one) => ['.TP', `\\fI${text(one.name)}\\fR`, ...filled(one.help)]),
    ...Object.entries(flags).flatMap(([flag, what]) => [
      '.TP',
      flagTerm(flag, what),
      ...filled(what.help),
    ]),
    ...(examples.length > 0 ? ['.PP', 'Examples:'] : []),
    ...examples.flatMap(([line, does]) => [
      '.TP',
      `\\fB${text(`${PROGRAM} ${line}`)}\\fR`,
      ...filled(does),
    ]),
  ];
}

function argument({ name, variadic, required }: Argument): string {
  const inner = `\\fI${text(name)}\\fR${variadic ? ' ...' : ''}`;
  return required ? inner : `[${inner}]`;
}

function flagTerm(name: string, flag: Flag): string {
  const value = flag.type === 'boolean' ? '' : ` \\fI${text(flag.value)}\\fR`;
  const short = flag.short === undefined ? '' : `\\fB\\-${flag.short}\\fR, `;
  return `${short}\\fB\\-\\-${text(name)}\\fR${value}`;
}

function blocks(section: string): string[] {
  return blocksOf(section).flatMap((block, at) => blockLines(block, at === 0));
}

function blockLines(block: Block, isFirst: boolean): string[] {
  // A section begins with a paragraph of its own.
  const begin = isFirst ? [] : ['.PP'];
  switch (block.type) {
    case 'paragraph':
      return [...begin, ...filled(block.text)];
    case 'code':
      return [...begin, '.EX', ...block.lines.map((line) => verbatim(line)), '.EE'];
    case 'table':
      return block.rows.flatMap(([term = '', ...texts]) => [
        '.TP',
        `\\fB${text(term.replaceAll('`', ''))}\\fR`,
        ...filled(texts.join(' ')),
      ]);
  }
}

/** Lines of the source are short; the reader's program fills them again. */
function filled(paragraph: string): string[] {
  const lines = [''];
  for (const word of paragraph.split(/\s+/).filter(Boolean)) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  // Code may go over the end of a line.
  const marked = codeParts(lines.join('\n')).map((part, at) =>
    at % 2 === 1 ? `\\fB${text(part)}\\fR` : text(part),
  );
  return marked.join('').split('\n').map(notARequest);
}

function verbatim(line: string): string {
  return notARequest(text(line));
}

/** A line of text that begins like a request. */
function notARequest(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** Every character as itself: roff replaces some by typographic ones. */
function text(raw: string): string {
  return raw.replace(/[\\\-'`^~"]|[^\x20-\x7e\n]/gu, (char) => {
    const code = char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    return ESCAPES[char] ?? `\\[u${code}]`;
  });
}
