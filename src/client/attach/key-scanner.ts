/** What looks for the detach and switch keys in what is typed. */

export type KeyAction = 'detach' | 'switch';

/** The rest of a key's sequence follows at once; `ESC [` on its own is Alt+[. */
export const REST_OF_KEY_MS = 50;

export interface Scanned {
  /** For the program, in order. */
  readonly forward: readonly Uint8Array[];
  /** The key that followed `forward`, if one of ours did. */
  readonly action: KeyAction | undefined;
  /** What followed the key in the same chunk, for the next listener. */
  readonly rest?: readonly Uint8Array[];
}

/** Takes our keys out of what is typed. Times are in ms, from any origin. */
export interface KeyScanner {
  /** A bracketed paste has begun and not ended. */
  readonly inPaste: boolean;
  push(chunk: Uint8Array, now: number): Scanned;
  /**
   * Something is held back, as its rest may follow: to call {@link flush} in so many milliseconds, unless
   * more is pushed before; undefined: nothing is.
   */
  heldForMs(now: number): number | undefined;
  flush(): Scanned;
  /** Drops what is held back: it was typed for a session that is left. */
  drop(): void;
}
