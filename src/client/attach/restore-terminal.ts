/**
 * Gives the terminal back: what the program switched on is switched off, and nothing that the
 * terminal still has to say lands in the user's shell.
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
/** The keyboard entry is in what the supervisor says: only it knows whether the program took it. */
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
 * For a supervisor that cannot be asked any more: by what it told last, where that fits; else
 * everything is switched off that a program may have switched on.
 */
export function restoreFor(terminal: UserTerminal, told: KnownRestore | undefined): Uint8Array {
  if (told?.alternate === terminal.onAlternate) return restoreBy(told.restore);
  if (terminal.onAlternate) return FALLBACK_RESTORE;
  return Buffer.concat([FALLBACK_RESTORE_MAIN, Buffer.from('\r\n')]);
}

/**
 * `restore` is what undoes the program's own modes. Resolves when the terminal has answered the fence,
 * or has not in time. `open`: so many questions like the fence it has still to answer before, as far
 * as the supervisor knows.
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

/** Swallows the terminal's late answers and key releases; what a person types meanwhile is kept. */
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
