/** A screen as text that tells every cell's attributes: what looks alike is alike. */
import type xterm from '@xterm/headless';

/** One string a row. */
export function cellsOf({ buffer: { active }, cols }: xterm.Terminal, rows: number): string[] {
  return Array.from({ length: rows }, (_, y) => {
    const line = active.getLine(active.baseY + y);
    let text = '';
    let look = '';
    for (let x = 0; x < cols; x++) {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const now = lookOf(cell);
      if (now !== look) text += `{${now}}`;
      look = now;
      text += cell.getChars() || ' ';
    }
    return text.replace(/(\{\})? *$/, '');
  });
}

function lookOf(cell: xterm.IBufferCell): string {
  const flags = [
    cell.isBold() && 'bold',
    cell.isDim() && 'dim',
    cell.isItalic() && 'italic',
    cell.isUnderline() && 'underline',
    cell.isInverse() && 'inverse',
    cell.isStrikethrough() && 'strike',
    !cell.isFgDefault() && `fg${cell.getFgColorMode() >> 24}:${cell.getFgColor()}`,
    !cell.isBgDefault() && `bg${cell.getBgColorMode() >> 24}:${cell.getBgColor()}`,
  ];
  // What a blank without a line through or under it would look like is nobody's business.
  const plain = cell.getChars().trim() === '' && !flags[3] && !flags[4] && !flags[5];
  return flags.filter((flag) => flag && (!plain || flag.startsWith('bg'))).join(' ');
}
