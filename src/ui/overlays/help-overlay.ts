/** All keys of a screen. */
import { safeText, textColumns } from '../../terminal/safe-text.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import { DIM, paint } from '../style.ts';
import type { Drawn, Overlay, OverlayHost, Region } from './overlay.ts';
import { Scroll } from './scroll.ts';

export class HelpOverlay implements Overlay {
  readonly heading = 'Keys';
  readonly #host: OverlayHost;
  readonly #keys: readonly Hint[];
  readonly #scroll = new Scroll();

  constructor(host: OverlayHost, keys: readonly Hint[]) {
    this.#host = host;
    this.#keys = keys;
  }

  get hints(): readonly Hint[] {
    const close: Hint = ['esc', 'close'];
    return this.#scroll.isNeeded ? [close, ['↑↓', 'scroll']] : [close];
  }

  wantedRows(): number {
    return this.#keys.length;
  }

  render({ cols, rows }: Region, color: boolean): Drawn {
    const width = Math.max(...this.#keys.map(([key]) => textColumns(key)));
    const lines = this.#keys.map(([key, does]) => {
      const room = Math.max(1, cols - width - 4);
      return ` ${key.padEnd(width)}  ${paint(safeText(does, room), DIM, color)}`;
    });
    return { lines: this.#scroll.shown(lines, rows, color) };
  }

  take(event: KeyEvent): void {
    if (event.type === 'action' && this.#scroll.take(event.action)) return;
    this.#host.close(this);
  }
}
