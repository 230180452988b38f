/**
 * Restores the terminal: the modes that the program switched on are switched off, and late answers
 * of the terminal are kept out of the user's shell.
 */

import { InputTokenizer, type TokenKind, tellsAttributes } from '../../terminal/input-tokens.ts';
import { FALLBACK_RESTORE, FALLBACK_RESTORE_MAIN, restoreBy } from '../../terminal/restore.ts';
import type { KnownRestore } from '../connection/connection.ts';
import type { UserTerminal } from './user-terminal.ts';

/** A sequence may be half out: CAN ends it, and ST ends a string where CAN does not. */
const END_SEQUENCE = '\x18\x1b\\';
/**
 * What the terminal itself keeps for us: the title; whether the wheel scrolls by arrow keys, which
 * has no common default; and an entry of the keyboard stack, as a program may change the top one.
 */
const ENTER = Buffer.from('\x1b[22;0t\x1b[?1007s\x1b[>0u');
/** The restore sequence pops the keyboard entry: only the supervisor knows if the program did. */
const LEAVE = '\x1b[?1007r\x1b[23;0t';
/** Any terminal answers this, after everything that it was asked before. */
const FENCE = '\x1b[c';
const TYPED: ReadonlySet<TokenKind> = new Set(['text', 'key', 'paste'] as const);
/**
 * A terminal that does not answer costs this, on leaving, as Emacs's own does not; one that answers,
 * its own time. A line over an ocean takes 300 ms: what comes after the limit is typed into the shell.
 */
const FENCE_LIMIT_MS = 500;
/** Before the fence, a slow terminal shows what it has been given; one that takes nothing is stuck. */
const STALLED_MS = 1_000;

/** Before anything of a session is shown. */
export function enterTerminal(terminal: UserTerminal): void {
  terminal.write(ENTER);
}

/**
 * The restore sequence where the supervisor cannot be asked: the last that it sent, where that fits
 * the screen that is shown; else one that switches off every mode that a program may have switched on.
 */
export function restoreFor(terminal: UserTerminal, told: KnownRestore | undefined): Uint8Array {
  if (told?.alternate === terminal.onAlternate) return restoreBy(told.restore);
  if (terminal.onAlternate) return FALLBACK_RESTORE;
  return Buffer.concat([FALLBACK_RESTORE_MAIN, Buffer.from('\r\n')]);
}

/**
 * Writes the restore sequence, and a query (the fence) whose answer shows that the terminal has
 * nothing more to answer. Resolves with that answer or at the time limit. `open` is how many queries
 * of the same kind it has yet to answer first, as far as the supervisor knows.
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

/** Drops the terminal's late answers and key releases, and keeps what the user types meanwhile. */
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
