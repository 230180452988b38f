/** The preview of the selected session beside a list, if it is wanted and fits. */
import type { ScreenCapture, SessionInfo } from '../protocol/messages.ts';
import { shortName } from '../store/names.ts';
import type { Region } from './overlays/overlay.ts';
import {
  captureArea,
  captureOfEnded,
  layoutPreview,
  type PreviewLayout,
  renderPreview,
} from './preview.ts';

/** The screens of running sessions. */
export interface PreviewSource {
  /** The capture of the session shown; undefined until there is one. */
  readonly capture: ScreenCapture | undefined;
  /** Called when there is another capture, or none any more. */
  onChange: (() => void) | undefined;
  /** May be called with every frame. */
  show(fullName: string | undefined, area: Region): void;
}

export interface PreviewOptions {
  readonly source: PreviewSource;
  readonly isWanted: boolean;
  /** Remembers the user's choice. */
  keep(isWanted: boolean): void;
}

export class PreviewPane {
  readonly #options: PreviewOptions;
  #isWanted: boolean;

  constructor(options: PreviewOptions, changed: () => void) {
    this.#options = options;
    this.#isWanted = options.isWanted;
    options.source.onChange = changed;
  }

  /** A smaller screen has no preview, wanted or not. */
  fits(screen: Region): boolean {
    return layoutPreview(screen, 0).where !== 'none';
  }

  /** Turns it on or off, also for the next time. */
  turn(): void {
    this.#isWanted = !this.#isWanted;
    this.#options.keep(this.#isWanted);
  }

  /** @param footRows rows below both, which the layout does not know of */
  layout(screen: Region, listRows: number, footRows: number): PreviewLayout | undefined {
    if (!this.#isWanted) return undefined;
    const { where, list, box } = layoutPreview(screen, listRows + footRows);
    if (where === 'none') return undefined;
    const listHeight = list.rows - footRows;
    const upper = { ...list, rows: listHeight };
    const rows = box.rows - footRows;
    return where === 'right'
      ? { where, list: upper, box: { ...box, rows } }
      : { where, list: upper, box: { ...box, row: listHeight + 1 } };
  }

  /** Asks for the session's screen, or for none if no preview is shown. */
  show(session: SessionInfo | undefined, layout: PreviewLayout | undefined): void {
    const isRunning = session?.state === 'running';
    const fullName = layout && isRunning ? session.fullName : undefined;
    this.#options.source.show(fullName, layout ? captureArea(layout) : { cols: 1, rows: 1 });
  }

  lines(
    layout: PreviewLayout,
    session: SessionInfo | undefined,
    color: boolean,
  ): readonly string[] {
    const name = session ? shortName(session) : '';
    const ended = session !== undefined && session.state !== 'running';
    const capture = ended ? captureOfEnded(session) : this.#options.source.capture;
    return renderPreview(layout, { name, capture, ended, color });
  }

  end(): void {
    this.#options.source.onChange = undefined;
    this.show(undefined, undefined);
  }
}
