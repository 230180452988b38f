/** Where a key moves the selection of a list. */
export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/**
 * A key pressed within this time after the selection has moved by itself was meant for another
 * session.
 */
export const READING_MS = 300;
export const JUST_MOVED = 'Another session has just become the chosen one: look, then press again.';

/** In the lists of the switcher and of `kill`: single steps wrap around, pages stop at the ends. */
export function moved(action: Move, at: number, count: number, page: number): number {
  const last = Math.max(0, count - 1);
  switch (action) {
    case 'up':
      return at === 0 ? last : at - 1;
    case 'down':
      return at === last ? 0 : at + 1;
    case 'page-up':
      return Math.max(0, at - page);
    case 'page-down':
      return Math.min(last, at + page);
    case 'first':
      return 0;
    case 'last':
      return last;
  }
}
