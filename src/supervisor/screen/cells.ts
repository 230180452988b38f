/** Contents of single cells of the emulator. */
import { charWidth } from '../../terminal/char-width.ts';
import { Cell, type Line } from './emulator-internals.ts';

export function codePoint(content: number): string {
  return String.fromCodePoint(content & Cell.codePoint);
}

/** The characters of a cell; '' if it was erased or never written. */
export function charsOf(line: Line, index: number): string {
  const content = line._data[index * 3] as number;
  if (content & Cell.combined) return line._combined[index] ?? '';
  return (content & Cell.codePoint) === 0 ? '' : codePoint(content);
}

export function isErased(data: Uint32Array, index: number, bg: number): boolean {
  return (
    ((data[index * 3] as number) & Cell.hasContent) === 0 &&
    (data[index * 3] as number) >>> Cell.widthShift === 1 &&
    data[index * 3 + 1] === 0 &&
    data[index * 3 + 2] === bg
  );
}

/** Whether a cell contains only combining marks. */
export function isMark(line: Line, index: number): boolean {
  const content = line._data[index * 3] as number;
  if ((content & Cell.hasContent) === 0) return false;
  const first = content & Cell.combined ? line._combined[index]?.codePointAt(0) : undefined;
  return charWidth(first ?? content & Cell.codePoint) === 0;
}
