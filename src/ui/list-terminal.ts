/** The terminal that a list is drawn on. */

/** The caller sets raw mode and resets any program's terminal modes. */
export interface ListTerminal {
  write(text: string): void;
  /** This and `onResize` return a function that removes the listener. */
  onInput(listener: (bytes: Uint8Array) => void): () => void;
  size(): { cols: number; rows: number };
  onResize(listener: () => void): () => void;
}
