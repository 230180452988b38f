/** Says once, before the first session takes the screen, how to leave it. */
import { constants } from 'node:os';
import { handleSignals, type UserTerminal } from '../../client/index.ts';
import type { Config } from '../../store/config.ts';
import { signs } from '../../terminal/ascii.ts';
import { keyLabel } from '../../terminal/key-names.ts';

/** Time to read two lines; they are then drawn over. */
const READ_MS = 4_000;
/**
 * Enter, space, Esc: they only go on, as the session's first question might take Enter for an
 * answer.
 */
const GO_ON = /^[\r\n \x1b]$/;

/**
 * Shows it until a key is pressed, or for some seconds. Other keys go to the session, or leave it.
 */
export async function welcome(
  terminal: UserTerminal,
  { detachKey, switchKey }: Pick<Config, 'detachKey' | 'switchKey'>,
): Promise<void> {
  const [leave, other] = [keyLabel(detachKey), keyLabel(switchKey)];
  if (!leave && !other) return;
  const keys = [
    leave && `${leave} leaves a session, which goes on.`,
    other && `${other} goes to another.`,
  ];
  const text = `${keys.filter(Boolean).join(' ')}\r\n(Said only once. Any key to begin.)\r\n`;
  await terminal.makeRaw();
  terminal.listen();
  terminal.write(Buffer.from(signs(text)));
  const ignoreSignals = handleSignals({
    // The terminal is restored when the process exits.
    onEnd: (signal) => process.exit(128 + constants.signals[signal]),
    onStop: () => {},
    onContinue: () => {},
  });
  try {
    await keyPressed(terminal);
  } finally {
    ignoreSignals();
  }
}

function keyPressed(terminal: UserTerminal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(limit);
      terminal.onInput = undefined;
      terminal.onGone = undefined;
      resolve();
    };
    const limit = setTimeout(done, READ_MS);
    terminal.onGone = done;
    terminal.onInput = (bytes) => {
      done();
      if (!GO_ON.test(Buffer.from(bytes).toString('latin1'))) terminal.unread(bytes);
    };
  });
}
