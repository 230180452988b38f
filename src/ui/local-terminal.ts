/** Opens a list from the shell, on a terminal that no session uses. */
import { terminalSize, writeRaw } from '../terminal/output.ts';
import type { ListTerminal } from './list-terminal.ts';

/** Restores the terminal if a signal ends the process while the list is open. */
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h';
const SIGNALS = { SIGHUP: 1, SIGTERM: 15 } as const;
const ESC = Uint8Array.of(0x1b);
const LF = 0x0a;
const CR = 0x0d;

/** Opens a list on standard input and output, which must both be a terminal. */
export async function chooseHere<T>(open: (terminal: ListTerminal) => Promise<T>): Promise<T> {
  const { stdin } = process;
  const restore = () => {
    stdin.setRawMode(false);
    stdin.pause();
  };
  const leave = (signal: keyof typeof SIGNALS) => {
    writeRaw(LEAVE);
    restore();
    process.exit(128 + SIGNALS[signal]);
  };
  process.once('SIGHUP', leave).once('SIGTERM', leave);
  stdin.setRawMode(true);
  try {
    return await open({
      write: writeRaw,
      onInput(listener) {
        // The terminal is gone: ESC cancels.
        const gone = () => listener(ESC);
        const take = typedAhead(listener);
        stdin.on('data', take).once('end', gone).resume();
        return () => stdin.off('data', take).off('end', gone);
      },
      size: terminalSize,
      onResize(listener) {
        process.on('SIGWINCH', listener);
        return () => process.off('SIGWINCH', listener);
      },
    });
  } finally {
    process.off('SIGHUP', leave).off('SIGTERM', leave);
    restore();
  }
}

/**
 * An Enter typed before raw mode arrives as a line feed (`icrnl`, termios(3)), like Ctrl-J later.
 * Input from before is read in the first poll phase of the event loop, which is over at the second
 * immediate, in whichever phase this is called.
 */
function typedAhead(listener: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let early = true;
  setImmediate(() =>
    setImmediate(() => {
      early = false;
    }),
  );
  return (bytes) => listener(early ? bytes.map((byte) => (byte === LF ? CR : byte)) : bytes);
}
