/**
 * Gives the terminal back: what the program switched on is switched off, and nothing that the
 * terminal still has to say lands in the user's shell.
 */
import { FALLBACK_RESTORE, FALLBACK_RESTORE_MAIN } from '../protocol/terminal-restore.ts';
import type { UserTerminal } from './tty.ts';

/** A sequence may be half out: CAN ends it, and ST ends a string where CAN does not. */
const END_SEQUENCE = '\x18\x1b\\';
/** The title of before, from the terminal's own stack. */
const POP_TITLE = '\x1b[23;0t';
/** Any terminal answers this, after everything that it was asked before. */
const FENCE = '\x1b[c';
const FENCE_ANSWER = /\x1b\[\?[\d;]*c/;
/** A terminal that does not answer costs this once, on leaving. */
const FENCE_LIMIT_MS = 150;

/**
 * `restore` is what the supervisor says; without it, everything is switched off that a program may
 * have switched on. Resolves when the terminal has answered the fence, or has not in time.
 */
export async function leaveTerminal(
  terminal: UserTerminal,
  restore: Uint8Array | undefined,
  fence = true,
): Promise<void> {
  terminal.write(Buffer.from(END_SEQUENCE));
  terminal.write(restore ?? fallback(terminal));
  terminal.write(Buffer.from(fence ? POP_TITLE + FENCE : POP_TITLE));
  if (!fence || terminal.gone) return;
  await new Promise<void>((resolve) => {
    let heard = '';
    const done = () => {
      clearTimeout(limit);
      terminal.onInput = undefined;
      resolve();
    };
    const limit = setTimeout(done, FENCE_LIMIT_MS);
    terminal.onInput = (bytes) => {
      heard = (heard + Buffer.from(bytes).toString('latin1')).slice(-4_096);
      if (FENCE_ANSWER.test(heard)) done();
    };
    terminal.onGone = done;
  });
}

function fallback(terminal: UserTerminal): Uint8Array {
  if (terminal.onAlternate) return FALLBACK_RESTORE;
  return Buffer.concat([FALLBACK_RESTORE_MAIN, Buffer.from('\r\n')]);
}
