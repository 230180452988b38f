/**
 * Renders the part of Markdown that our own documents use: paragraphs, tables, code, `code` and
 * links. Pictures are left out, as a terminal cannot show them.
 */

export type Block =
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[] }
  | { readonly type: 'code'; readonly lines: readonly string[] };

/**
 * The section under that heading, without the heading.
 * @throws Error if there is none
 */
export function sectionOf(document: string, heading: string): string {
  const lines = document.split('\n');
  const at = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (at < 0) throw new Error(`there is no section "${heading}"`);
  const after = lines.slice(at + 1);
  const end = endOf(after);
  return after.slice(0, end < 0 ? after.length : end).join('\n');
}

/** Comments in code blocks look like headings. */
function endOf(lines: readonly string[]): number {
  let inCode = false;
  return lines.findIndex((line) => {
    if (line.startsWith('```')) inCode = !inCode;
    return !inCode && /^#+ /.test(line);
  });
}

export function blocksOf(section: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let inCode = false;
  const flush = () => {
    const [first = ''] = lines;
    if (lines.length > 0 && !first.startsWith('!['))
      blocks.push(first.startsWith('|') ? table(lines) : paragraph(lines));
    lines = [];
  };
  for (const line of section.split('\n')) {
    if (line.startsWith('```')) {
      if (inCode) blocks.push({ type: 'code', lines });
      else flush();
      lines = [];
      inCode = !inCode;
    } else if (inCode || line.trim() !== '') lines.push(line);
    else flush();
  }
  flush();
  return blocks;
}

function paragraph(lines: readonly string[]): Block {
  return { type: 'paragraph', text: plain(lines.join(' ')) };
}

/** Without the header row: it is clear what the columns are. */
function table(lines: readonly string[]): Block {
  const rows = lines.slice(2).map((line) => line.split('|').slice(1, -1));
  return { type: 'table', rows: rows.map((cells) => cells.map((cell) => plain(cell.trim()))) };
}

/** Links as their text, followed by the document that they point to. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\(([^)#]*)(?:#[^)]*)?\)/g, (_, shown: string, to: string) =>
    to === '' || shown === to ? shown : `${shown} (${to})`,
  );
}

/** Splits the text into parts, every second of which is code. */
export function codeParts(text: string): string[] {
  return text.split('`');
}
