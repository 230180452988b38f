/** What the scanners that find the detach and switch keys in the input have in common. */
import type { Token } from '../../terminal/input-tokens.ts';

export type KeyAction = 'detach' | 'switch';

/** The rest of a key's sequence follows at once; `ESC [` on its own is Alt+[. */
export const REST_OF_KEY_MS = 50;

export interface Scanned {
  /** For the program, in order. */
  readonly forward: readonly Uint8Array[];
  /** Our key that followed `forward`, if one did. */
  readonly action: KeyAction | undefined;
  /** What followed our key in the same chunk, for the next listener. */
  readonly rest?: readonly Uint8Array[];
}

/** Takes our keys out of the input. Times are in ms, with any origin. */
export interface KeyScanner {
  /** A bracketed paste has begun and not ended. */
  readonly inPaste: boolean;
  push(chunk: Uint8Array, now: number): Scanned;
  /**
   * If input is held back because the rest of a key may follow: the number of ms after which {@link
   * flush} is to be called, unless more is pushed before. Undefined if nothing is held back.
   */
  heldForMs(now: number): number | undefined;
  flush(): Scanned;
  /** Drops what is held back: it was typed for a session that the user has left. */
  drop(): void;
}

const ESC = 0x1b;
const SPACE = 0x20;

/**
 * Esc and a control character that arrive in one read are two keys: a user who leaves insert mode in vim and then
 * presses Ctrl-\. Terminals send the same for a key with Alt and Ctrl, which is none of ours. The bytes stay as
 * they are.
 */
export function apart(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => {
    const { kind, bytes } = token;
    const isBoth = kind === 'key' && bytes.length === 2 && bytes[0] === ESC;
    if (!isBoth || (bytes[1] ?? SPACE) >= SPACE) return token;
    const control: Token = { kind: 'text', bytes: bytes.subarray(1) };
    return [{ kind, bytes: bytes.subarray(0, 1) }, control];
  });
}
