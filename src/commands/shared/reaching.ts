/**
 * The raw terminal while another machine is reached, and perhaps a session started there: the user can
 * cancel that.
 */
import type { UserTerminal } from '../../client/index.ts';
import { UserError } from '../../platform/errors.ts';
import { signs } from '../../terminal/ascii.ts';
import type { Elsewhere } from './other-machines.ts';

/** If it takes longer, the user is told, and can cancel. */
const SAID_AFTER_MS = 400;
/** Esc, Ctrl-C, and the default keys to detach and to switch. */
const LEAVES = /[\x1b\x03\x1c\x1e]/;
const BELL = Uint8Array.of(7);

/**
 * Resolves as `reached`. Keys typed in the meantime are not for the session: they would arrive late.
 * @throws UserError as `reached`, and when the user cancels
 */
export async function whileReaching(
  terminal: UserTerminal,
  host: string,
  reached: Promise<Elsewhere>,
): Promise<Elsewhere> {
  const write = (text: string) => terminal.write(Buffer.from(signs(text)));
  let isSaid = false;
  let leave: (error: Error) => void = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = reject;
  });
  const timer = setTimeout(() => {
    isSaid = true;
    write(`\r\n\x1b[2KReaching ${host} … Esc leaves it.`);
    terminal.onGone = () => leave(new UserError('the terminal is gone'));
    terminal.onInput = (bytes) => {
      if (LEAVES.test(Buffer.from(bytes).toString('latin1')))
        leave(new UserError(`${host} was not reached`));
      else terminal.write(BELL);
    };
  }, SAID_AFTER_MS);
  try {
    return await Promise.race([reached, left]);
  } catch (error) {
    reached.then(
      ({ place }) => place.link.close(),
      () => {},
    );
    // What was typed for the session must not be taken for keys of the list that is shown again.
    terminal.dropUnread();
    throw error;
  } finally {
    clearTimeout(timer);
    if (isSaid) {
      terminal.onInput = undefined;
      terminal.onGone = undefined;
      write('\r\x1b[2K');
    }
  }
}
