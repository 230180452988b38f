/**
 * The fast path beside the emulator's own parser, on the same state: whatever it does not take is
 * left to the emulator, and what it does leaves exactly the state that the emulator would leave
 * (test/unit/supervisor/screen/fast-path.test.ts compares them, stream by stream).
 */
import { type Core, isAtRest } from '../emulator-internals.ts';
import { FastPath } from './fast-path.ts';
import { slowEnd } from './slow-end.ts';

/** Parses output in the place of `core._inputHandler.parse`, and throws what that throws. */
export function fastParser(core: Core): (data: Uint8Array) => void {
  const input = core._inputHandler;
  const fast = new FastPath(core);
  return (data) => {
    for (let at = 0; at < data.length; ) {
      if (isAtRest(input)) at = fast.advance(data, at);
      if (at === data.length) return;
      const end = slowEnd(data, at, input._parser.currentState);
      input.parse(at === 0 && end === data.length ? data : data.subarray(at, end));
      at = end;
    }
  };
}
