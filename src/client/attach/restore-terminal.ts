/**
 * Restores the terminal: switches off the modes that the program switched on, and keeps the terminal's
 * late answers out of the user's shell.
 */

import { colorQueries } from '../../terminal/colors.ts';
import { InputTokenizer, type TokenKind, tellsAttributes } from '../../terminal/input-tokens.ts';
import { FALLBACK_RESTORE, FALLBACK_RESTORE_MAIN, restoreBy } from '../../terminal/restore.ts';
import type { KnownRestore } from '../connection/connection.ts';
import type { UserTerminal } from './user-terminal.ts';

/** Ends a sequence that was only half written: CAN, and ST for strings that CAN does not end. */
export const END_SEQUENCE = '\x18\x1b\\';
/**
 * Has the terminal save the title, whether the wheel sends arrow keys (there is no common default), and
 * a new entry on the keyboard stack, as a program may change the top one.
 */
const ENTER = '\x1b[22;0t\x1b[?1007s\x1b[>0u';
/** The restore sequence pops the keyboard entry: only the supervisor knows whether the program did. */
const LEAVE = '\x1b[?1007r\x1b[23;0t';
/** DA1: every terminal answers it, and only after the queries before it. */
const FENCE = '\x1b[c';
const TYPED: ReadonlySet<TokenKind> = new Set(['text', 'key', 'paste'] as const);
/**
 * The delay on leaving a terminal that never answers, such as Emacs's. An intercontinental connection
 * takes 300 ms; answers after the limit end up in the shell.
 */
const FENCE_LIMIT_MS = 500;
/** A terminal that takes nothing for this long is stuck; a slow one may take longer in all. */
const STALLED_MS = 1_000;

/**
 * To be called before the session is shown. The supervisor takes the replies about colours out of
 * the input.
 */
export function enterTerminal(terminal: UserTerminal): void {
  terminal.write(Buffer.from(ENTER + colorQueries()));
}

/**
 * The restore sequence when the supervisor cannot be asked: the last one it sent if that was for the
 * screen now shown, else one that switches off every mode a program may have switched on.
 */
export function restoreFor(terminal: UserTerminal, told: KnownRestore | undefined): Uint8Array {
  if (told?.alternate === terminal.onAlternate) return restoreBy(told.restore);
  if (terminal.onAlternate) return FALLBACK_RESTORE;
  return Buffer.concat([FALLBACK_RESTORE_MAIN, Buffer.from('\r\n')]);
}

/**
 * Writes the restore sequence, then a query (the fence) whose answer shows that no other answer is
 * outstanding; resolves when it comes, or at the time limit. `open` is how many queries of the same
 * kind, as far as the supervisor knows, are still to be answered before it; `unfenced` skips the fence.
 */
export async function leaveTerminal(
  terminal: UserTerminal,
  restore: Uint8Array,
  open: number | 'unfenced' = 0,
): Promise<void> {
  terminal.write(Buffer.from(END_SEQUENCE));
  terminal.write(restore);
  terminal.write(Buffer.from(open === 'unfenced' ? LEAVE : LEAVE + FENCE));
  if (open === 'unfenced' || terminal.gone) return;
  const typed = await awaitFence(terminal, open + 1);
  for (const bytes of typed) terminal.unread(bytes);
}

/** Drops the terminal's late answers and key releases; resolves with what the user typed meanwhile. */
function awaitFence(terminal: UserTerminal, answers: number): Promise<Uint8Array[]> {
  return new Promise((resolve) => {
    const typed: Uint8Array[] = [];
    const tokenizer = new InputTokenizer();
    let limit: NodeJS.Timeout | undefined;
    let over = false;
    let left = answers;
    const done = () => {
      over = true;
      clearTimeout(limit);
      terminal.onInput = undefined;
      resolve(typed);
    };
    void terminal.taken(STALLED_MS).then(() => {
      if (!over) limit = setTimeout(done, FENCE_LIMIT_MS);
    });
    terminal.onGone = done;
    terminal.onInput = (bytes) => {
      for (const token of tokenizer.push(bytes, Date.now())) {
        if (TYPED.has(token.kind)) typed.push(token.bytes);
        else if (token.kind === 'reply' && tellsAttributes(token.bytes)) left--;
      }
      if (left <= 0) done();
    };
  });
}
