/**
 * Skips output that will not be seen: if so many lines follow that nothing of it remains on the screen
 * or in the scrollback, it is dropped from the queue, and the emulator gets only the attributes that
 * it sets. The result is exactly that of parsing everything
 * (test/unit/supervisor/screen/skipped-output.test.ts compares both).
 */
import type { Emulator } from '../emulator.ts';
import { isAtRest } from '../emulator-internals.ts';
import type { SafeEmulator } from '../safe-emulator.ts';
import type { UnparsedOutput } from '../unparsed-output.ts';
import { QueueScan } from './queue-scan.ts';

/** Up to this much may wait for enough lines to follow. */
const HELD_MAX_BYTES = 768 * 1024;
/** Less is not worth skipping while more comes. */
const SKIPPED_MIN_BYTES = 64 * 1024;
const NEW_LINE = Buffer.from('\r\n');

export class OutputSkipping {
  readonly #queue: UnparsedOutput;
  readonly #emulator: SafeEmulator;
  readonly #scrollback: number;
  readonly #scan: QueueScan;
  /** Bytes to be parsed before it makes sense to hold anything back again. */
  #notHeldBytes = 0;
  /** Bytes left in the queue after the last attempt to skip. */
  #keptBytes = 0;

  /** `scrollback`: lines kept above the screen. */
  constructor(queue: UnparsedOutput, emulator: SafeEmulator, scrollback: number) {
    this.#queue = queue;
    this.#emulator = emulator;
    this.#scrollback = scrollback;
    this.#scan = new QueueScan(queue);
  }

  /** Whether the queue should not be parsed yet, as it may be skipped if more comes. */
  mayWait(): boolean {
    if (this.#notHeldBytes > 0) return false;
    const { bytes } = this.#queue;
    // Not with each write, as skipping goes through the whole queue.
    const isDue = bytes - this.#keptBytes >= SKIPPED_MIN_BYTES;
    const skippable = isDue ? this.skip(SKIPPED_MIN_BYTES) : this.#isPossible && this.#scan.scan();
    if (isDue) this.#keptBytes = this.#queue.bytes;
    if (skippable && this.#queue.bytes < HELD_MAX_BYTES) return true;
    this.#notHeldBytes = this.#queue.bytes;
    return false;
  }

  /**
   * Drops what can be skipped, if that is `least` bytes or more.
   *
   * @returns whether all that is left may still be skipped, as far as it has been scanned
   */
  skip(least: number): boolean {
    if (!this.#isPossible) return false;
    const isSkippable = this.#scan.scan();
    const before = this.#queue.bytes;
    // Enough to move the cursor to the last row, and then to replace the screen and the scrollback.
    const lines = this.#scrollback + 2 * this.#emulator.size.rows;
    const attributes = this.#scan.skip(lines, least);
    if (attributes === 'too-many') return false;
    if (attributes) {
      this.#emulator.run((emulator) => {
        emulator.parse(attributes);
        emulator.parse(NEW_LINE);
      });
      this.taken(before - this.#queue.bytes);
    }
    return isSkippable;
  }

  /**
   * If everything queued only scrolls: the end of it, which makes a reset screen what the screen
   * will be. Does not change the queue.
   */
  lastLines(): readonly Uint8Array[] | undefined {
    if (!this.#isPossible || !this.#scan.scanAll()) return undefined;
    // As for `skip`, without a scrollback.
    return this.#scan.lastLines(2 * this.#emulator.size.rows);
  }

  /** To be called when `bytes` have left the queue. */
  taken(bytes: number): void {
    this.#notHeldBytes = Math.max(0, this.#notHeldBytes - bytes);
    this.#keptBytes = Math.min(this.#keptBytes, this.#queue.bytes);
  }

  get #isPossible(): boolean {
    return !this.#emulator.inCharacter && onlyScrolls(this.#emulator.ready());
  }
}

/** Whether text would only scroll lines into the scrollback and never change an earlier one. */
function onlyScrolls({ core, onAlternate }: Emulator): boolean {
  const { scrollTop, scrollBottom } = core.buffers.normal;
  const { modes, decPrivateModes } = core.coreService;
  return (
    isAtRest(core._inputHandler) &&
    !onAlternate &&
    scrollTop === 0 &&
    scrollBottom === core.rows - 1 &&
    !modes.insertMode &&
    decPrivateModes.wraparound &&
    !decPrivateModes.reverseWraparound
  );
}
