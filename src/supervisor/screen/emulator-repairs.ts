/** Patches for @xterm/headless 6.0.0 where it hangs, throws, or takes unbounded memory. */
import { isBeneath } from './cluster-cells.ts';
import {
  type AttributeData,
  Cell,
  type Core,
  type Line,
  type Params,
} from './emulator-internals.ts';

/** Characters of an OSC or DCS string; a longer one is ignored, as terminals do at some length. */
const STRING_LIMIT = 65_536;
const STRING_ABORTED = 3;
const SPACE = 32;
const ONE_COLUMN = 1 << Cell.widthShift;

/**
 * A count of two billion, twelve bytes of output, keeps the emulator busy for minutes; and erasing
 * above from the last cell of a fresh screen makes it throw.
 */
export function limitWork(core: Core): void {
  const input = core._inputHandler;
  const limit = (final: string, most: () => number): void => {
    input._parser.registerCsiHandler({ final }, ({ params }) => {
      params[0] = Math.min(params[0] as number, most());
      return false;
    });
  };
  for (const final of ['L', 'M', 'S', 'T']) limit(final, () => core.rows);
  for (const final of ['I', 'Z']) limit(final, () => core.cols);
  limit('b', () => core.rows * core.cols);
  input._parser.registerCsiHandler({ final: 'b' }, () => {
    // No printable character before it: a mark alone is not repeated.
    return (input._parser.precedingJoinState & 6) === 0;
  });
  const eraseAbove = (params: Params, selective: boolean): boolean => {
    const { x, y, ybase, lines } = input._activeBuffer;
    if (params.params[0] !== 1 || x < core.cols - 1) return false;
    if (y === core.rows - 1) {
      params.params[0] = 2;
      return false;
    }
    // The emulator wrongly counts the line whose wrap flag it clears from the top of the scrollback.
    const wrong = lines.get(y + 1) as Line;
    const mark = wrong.isWrapped;
    input.eraseInDisplay(params, selective);
    wrong.isWrapped = mark;
    (lines.get(ybase + y + 1) as Line).isWrapped = false;
    return true;
  };
  input._parser.registerCsiHandler({ final: 'J' }, (params) => eraseAbove(params, false));
  input._parser.registerCsiHandler({ prefix: '?', final: 'J' }, (params) =>
    eraseAbove(params, true),
  );
}

/** The emulator would buffer ten million characters of an unterminated string. */
export function limitStrings(core: Core): void {
  const { _oscParser: osc, _dcsParser: dcs } = core._inputHandler._parser;
  for (const [parser, begin] of [
    [osc, 'start'],
    [dcs, 'hook'],
  ] as const) {
    let size = 0;
    const methods = parser as unknown as Record<string, (...args: unknown[]) => void>;
    const first = (methods[begin] as (...args: unknown[]) => void).bind(parser);
    methods[begin] = (...args) => {
      size = 0;
      first(...args);
    };
    const put = parser.put.bind(parser);
    parser.put = (data, start, end) => {
      if (size > STRING_LIMIT) return;
      size += end - start;
      if (size <= STRING_LIMIT) return put(data, start, end);
      parser.reset();
      if (parser === osc) parser._state = STRING_ABORTED;
    };
  }
}

let linesMended = false;

/** Half of a wide character that loses its other half becomes a blank, as in terminals. */
export function mendLines(core: Core): void {
  if (linesMended) return;
  linesMended = true;
  const line = core.buffers.normal.lines.get(0) as Line;
  const prototype = Object.getPrototypeOf(line) as Line;
  const insertCells = prototype.insertCells;
  prototype.insertCells = function (this: Line, at, count, fill) {
    if (at > 0 && at < this.length && this.getWidth(at) === 0) {
      this.setCellFromCodepoint(at, 0, 1, fill);
    }
    insertCells.call(this, at, count, fill);
  };
  prototype.setCellFromCodepoint = function (this: Line, index, codePoint, width, attributes) {
    if (codePoint === 0 && width === 1) emptyCell(this, index, attributes);
    else setCell(this, index, codePoint | (width << Cell.widthShift), attributes);
  };
}

function setCell(line: Line, index: number, content: number, attributes: AttributeData): void {
  const { fg, bg } = attributes;
  if (bg & Cell.hasExtended) line._extendedAttrs[index] = attributes.extended;
  const at = index * 3;
  line._data[at] = content;
  line._data[at + 1] = fg;
  line._data[at + 2] = bg;
}

/**
 * The emulator leaves an empty cell with all attributes, which no sequence can reproduce: a space looks
 * the same. At the right margin the cell must stay empty, which tells a reflow that a wide character did
 * not fit, and gets the attributes of an erased cell.
 */
function emptyCell(line: Line, index: number, attributes: AttributeData): void {
  // The other half of a wide character beneath a cluster is still beneath it.
  const beneath = isBeneath(line, index) ? line._extendedAttrs[index] : undefined;
  const at = index * 3 + 2;
  const shows = attributes.fg !== 0 || attributes.bg & ~(Cell.color | Cell.flowed);
  const isLast = index === line.length - 1;
  setCell(line, index, ONE_COLUMN | (shows && !isLast ? SPACE : 0), attributes);
  line._data[at] = (line._data[at] as number) & ~Cell.flowed;
  if (shows && isLast) {
    line._data[at - 1] = 0;
    line._data[at] = (line._data[at] as number) & Cell.color;
  }
  if (!beneath) return;
  line._extendedAttrs[index] = beneath;
  line._data[at] = (line._data[at] as number) | Cell.hasExtended;
}
