/**
 * Renders a preview: turns the capture of a session's screen into the lines of a box beside a list.
 */
import type { ScreenCapture, SessionInfo } from '../protocol/messages.ts';
import { isAsciiLocale } from '../terminal/ascii.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { cutMiddle } from './cut.ts';
import { type Area, layoutPreview, type PreviewLayout } from './preview-layout.ts';
import { previewLine } from './preview-line.ts';
import { DIM, paint } from './style.ts';

export { layoutPreview, type PreviewLayout };

export interface PreviewView {
  /** What the session is called. */
  readonly name: string;
  /** Undefined until there is one. */
  readonly capture: ScreenCapture | undefined;
  /** Set for a session that has ended. */
  readonly ended?: boolean;
  readonly color: boolean;
  /** Default: by the locale. */
  readonly ascii?: boolean;
}

/** The border of a preview to the right of a list. */
const BORDER = '│ ';
const LINE = '─';
/** A shorter line beside a name would look like a part of it. */
const LINE_MIN_COLUMNS = 2;

/** The size of a session's screen that fits into a box. */
export function captureArea({ where, box }: PreviewLayout): Area {
  const cols = box.cols - (where === 'right' ? BORDER.length : 0);
  return { cols: Math.max(1, cols), rows: Math.max(1, box.rows - 1) };
}

/** What a record has kept of an ended session's screen. */
export function captureOfEnded({ lastLines }: Pick<SessionInfo, 'lastLines'>): ScreenCapture {
  return { cols: 0, rows: 0, lines: lastLines, above: 0, cursor: null };
}

/** As many lines as the box has rows, none wider than it; none if there is no box. */
export function renderPreview(layout: PreviewLayout, view: PreviewView): readonly string[] {
  const { where, box } = layout;
  if (where === 'none') return [];
  const { capture, color, ascii = isAsciiLocale() } = view;
  const { cols, rows } = captureArea(layout);
  const all = capture?.lines ?? [];
  const hidden = Math.max(0, all.length - rows);
  const cursor = capture?.cursor;
  const lines = all.slice(hidden).map((line, y) =>
    previewLine(line, {
      ...{ cols, color, ascii },
      cursor: cursor && cursor.y === y + hidden ? cursor.x : undefined,
    }),
  );
  if (capture && lines.length === 0)
    lines.push(paint(safeText('Nothing on its screen.', cols), DIM, color));
  while (lines.length < rows) lines.push('');
  const border = where === 'right' ? paint(BORDER, DIM, color) : '';
  const head = title(view, box.cols, (capture?.above ?? 0) + hidden);
  return [head, ...lines.map((line) => border + line)].slice(0, box.rows);
}

/** `── name ───────── … 12 more lines above ──`, as far as it fits. */
function title({ name, ended, color }: PreviewView, cols: number, above: number): string {
  const cut = above > 0 ? `… ${above} more line${above === 1 ? '' : 's'} above` : '';
  const notes = [ended ? 'ended' : '', cut].filter(Boolean).join(', ');
  const ends = LINE.repeat(LINE_MIN_COLUMNS);
  const around = (text: string) => `${ends} ${text} `;
  const shown = safeText(name);
  const note = textColumns(around(shown) + around(notes) + ends) <= cols ? notes : '';
  const right = note === '' ? '' : ` ${note} ${ends}`;
  const room = cols - textColumns(around('')) - LINE_MIN_COLUMNS - textColumns(right);
  const left = room > 0 && shown !== '' ? around(cutMiddle(shown, room)) : '';
  const line = LINE.repeat(Math.max(0, cols - textColumns(left) - textColumns(right)));
  return paint(left + line + right, DIM, color);
}
