/** Reads the first line of a connection, which states its purpose. */
import type { Socket } from 'node:net';
import * as v from 'valibot';
import { clearIdleTimeout } from '../../platform/idle-timer.ts';
import { FIRST_LINE_MAX_BYTES, FIRST_LINE_TIMEOUT_MS } from '../../protocol/limits.ts';
import { FirstLine } from '../../protocol/messages.ts';

const NEWLINE = 0x0a;

/**
 * Reads the first line of a new connection; closes the connection if the line is too long or does not
 * come in time. `onLine` gets the line, undefined if it is not a {@link FirstLine}, and the bytes after
 * it; the socket is paused then.
 */
export function readFirstLine(
  socket: Socket,
  onLine: (line: FirstLine | undefined, rest: Buffer) => void,
): void {
  let head: Buffer = Buffer.alloc(0);
  const limit = setTimeout(() => socket.destroy(), FIRST_LINE_TIMEOUT_MS);
  const onError = () => socket.destroy();
  const onData = (chunk: Buffer) => {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const end = head.indexOf(NEWLINE);
    if (end < 0 && head.length <= FIRST_LINE_MAX_BYTES) return;
    clearIdleTimeout(limit);
    socket.off('data', onData);
    socket.off('error', onError);
    socket.pause();
    if (end < 0 || end > FIRST_LINE_MAX_BYTES) socket.destroy();
    else onLine(parse(head.subarray(0, end)), head.subarray(end + 1));
  };
  socket.on('data', onData);
  socket.on('error', onError);
  socket.once('close', () => clearTimeout(limit));
}

function parse(line: Buffer): FirstLine | undefined {
  try {
    const parsed = v.safeParse(FirstLine, JSON.parse(line.toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
