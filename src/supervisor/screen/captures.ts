/**
 * Makes captures of a screen for a preview, parsing as little as possible. A small amount of output
 * is parsed at once. If all of the output only scrolls, only the lines that will be on the screen
 * are parsed, in a separate emulator, so a flood is skipped as without a preview. Anything else has
 * to be parsed anyway, and the capture waits for that.
 */
import { CLUSTERS } from '../../terminal/private-modes.ts';
import { lookOfPen, sgr } from './attributes.ts';
import { type Capture, captureOf } from './capture.ts';
import type { Emulator } from './emulator.ts';
import { modesOf } from './modes.ts';
import { SafeEmulator } from './safe-emulator.ts';
import type { Size } from './size.ts';
import type { OutputSkipping } from './skipping/index.ts';
import { tabSequence } from './tab-stops.ts';

/** What a screen provides for its captures. */
export interface Captured {
  readonly emulator: SafeEmulator;
  readonly skipping: OutputSkipping;
  readonly unsettled: boolean;
  flush(): void;
  whenParsed(callback: () => void): void;
}

/** `drawing`: the program is in the middle of a synchronized update. */
export type TakeCapture = (capture: Capture | undefined, drawing: boolean) => void;

export class ScreenCaptures {
  readonly #screen: Captured;
  /** The emulator that shows the end of a flood. */
  #beside: SafeEmulator | undefined;

  constructor(screen: Captured) {
    this.#screen = screen;
  }

  /**
   * Calls back at once, or once all output so far is parsed; never if the screen is disposed of
   * first.
   */
  take(size: Size, callback: TakeCapture): void {
    const screen = this.#screen;
    const asParsed = () => {
      const drawing = screen.emulator.run((emulator) => modesOf(emulator).syncOutput) ?? false;
      callback(
        screen.emulator.run((emulator) => captureOf(emulator, size)),
        drawing,
      );
    };
    if (!screen.unsettled) {
      screen.flush();
      asParsed();
      return;
    }
    const last = looksAsAfterReset(screen.emulator.ready()) && screen.skipping.lastLines();
    const capture = last ? this.#ofLast(last, size) : undefined;
    if (capture) callback(capture, false);
    else screen.whenParsed(asParsed);
  }

  dispose(): void {
    this.#beside?.dispose();
    this.#beside = undefined;
  }

  /** Undefined if the emulator threw. */
  #ofLast(output: readonly Uint8Array[], size: Size): Capture | undefined {
    const { emulator } = this.#screen;
    const { cols, rows } = emulator.size;
    const before = this.#beside?.size;
    if (before?.cols !== cols || before.rows !== rows) this.dispose();
    this.#beside ??= new SafeEmulator({ cols, rows }, { scrollback: 0 });
    this.#beside.parse(Buffer.from(`\x1bc${settings(emulator.ready())}`));
    for (const piece of output) this.#beside.parse(piece);
    // Settings that the skipped output does not change.
    const visible = modesOf(emulator.ready()).cursorVisible;
    return this.#beside.run((beside) => captureOf(beside, size, visible));
  }
}

/** Tab stops, what a line feed does, and the attributes that the flood begins with. */
function settings(emulator: Emulator): string {
  const { core } = emulator;
  const { fg, bg, extended } = core._inputHandler._curAttrData;
  const tabs = tabSequence(core.buffers.normal, core.cols);
  const lineFeed = modesOf(emulator).newLine ? '\x1b[20h' : '';
  return `${tabs}\x1b[H${lineFeed}${sgr(lookOfPen(fg, bg, extended))}`;
}

/**
 * Whether this emulator, apart from its {@link settings}, shows text as one in its initial state.
 */
function looksAsAfterReset(emulator: Emulator): boolean {
  return (
    emulator.extra.modes.values.get(CLUSTERS) !== true &&
    emulator.charsets().every((charset) => charset === undefined || charset === 'B')
  );
}
