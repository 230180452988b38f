/**
 * Pictures of a screen for a preview, as cheap as the output allows. Little is parsed at once. Of output
 * that only scrolls, however much it is, only the lines that will be on the screen are parsed, in an
 * emulator beside; so a flood is skipped as without a preview. Anything else has to be parsed anyway,
 * and the picture waits for that.
 */
import { Emulator } from './emulator.ts';
import { modesOf } from './modes.ts';
import { type Picture, type PictureSize, pictureOf } from './picture.ts';
import type { SafeEmulator } from './safe-emulator.ts';
import type { OutputSkipping } from './skipping/index.ts';

/** What a screen lets its pictures use. */
export interface Pictured {
  readonly emulator: SafeEmulator;
  readonly skipping: OutputSkipping;
  readonly unsettled: boolean;
  flush(): void;
  whenParsed(callback: () => void): void;
}

/** `drawing`: the program is in the middle of a synchronized update. */
export type TakePicture = (picture: Picture | undefined, drawing: boolean) => void;

const RESET = Buffer.from('\x1bc');

export class ScreenPictures {
  readonly #screen: Pictured;
  /** Shows the end of a flood. */
  #beside: Emulator | undefined;

  constructor(screen: Pictured) {
    this.#screen = screen;
  }

  /** Calls back at once, or once all output so far is parsed; never if the screen is gone by then. */
  take(size: PictureSize, callback: TakePicture): void {
    const screen = this.#screen;
    const asParsed = () => {
      const drawing = screen.emulator.run((emulator) => modesOf(emulator).syncOutput) ?? false;
      callback(
        screen.emulator.run((emulator) => pictureOf(emulator, size)),
        drawing,
      );
    };
    if (!screen.unsettled) {
      screen.flush();
      asParsed();
      return;
    }
    const last = screen.skipping.lastLines();
    const picture = last && this.#ofLast(last, size);
    if (picture) callback(picture, false);
    else screen.whenParsed(asParsed);
  }

  dispose(): void {
    this.#beside?.dispose();
    this.#beside = undefined;
  }

  /** Undefined if the emulator threw. */
  #ofLast(output: readonly Uint8Array[], size: PictureSize): Picture | undefined {
    const { emulator } = this.#screen;
    // Nothing in the output changes that.
    const visible = modesOf(emulator.ready()).cursorVisible;
    const { cols, rows } = emulator.size;
    const { core } = this.#beside ?? {};
    if (core && (core.cols !== cols || core.rows !== rows)) this.dispose();
    try {
      this.#beside ??= new Emulator(cols, rows, 0);
      this.#beside.parse(RESET);
      for (const piece of output) this.#beside.parse(piece);
      return pictureOf(this.#beside, size, visible);
    } catch {
      this.dispose();
      return undefined;
    }
  }
}
