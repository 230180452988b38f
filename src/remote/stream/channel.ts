/**
 * A channel of a stream between two machines. Each direction has a window: a limit on the bytes
 * that are on their way or wait to be read, so that a slow reader takes limited memory.
 */
import {
  encodeFrame,
  FrameError,
  KIND,
  type Kind,
  numbers,
  PAYLOAD_MAX_BYTES,
  words,
} from './frames.ts';

/** 1.7 MB/s on a connection with a round trip of 150 ms. */
export const WINDOW_BYTES = 256 * 1024;
/** For input, with room for its clock. */
const TYPED_MAX_BYTES = PAYLOAD_MAX_BYTES - 4;

/** Limit on what comes before there are handlers; each frame counts as this much more. */
const EARLY_MAX_BYTES = 1024 * 1024;
const FRAME_BYTES = 64;
/** What has to wait for handlers. */
const HANDED: ReadonlySet<Kind> = new Set([KIND.data, KIND.typed, KIND.end, KIND.signal]);

export interface ChannelHandlers {
  /** `data`, or with `errors` standard error; to be acknowledged by {@link Channel.taken}. */
  onData?(bytes: Uint8Array, errors: boolean): void;
  onEnd?(): void;
  /** Data has gone out, so more may be sent. */
  onDrain?(): void;
  onOpened?(): void;
  onRefused?(why: unknown): void;
  onExit?(exit: unknown): void;
  onSignal?(name: string): void;
  /** As `onData`; `clock` is the other side's when the input was typed. */
  onTyped?(bytes: Uint8Array, clock: number): void;
  onDropped?(bytes: number, clock: number): void;
  /** The channel has ended without an exit: the other side closed it, or the stream has ended. */
  onClosed?(): void;
}

export class Channel {
  #handlers: ChannelHandlers | undefined;
  /** What came before there were handlers. */
  #early: { readonly kind: Kind; readonly payload: Uint8Array }[] = [];
  #earlyBytes = 0;
  readonly id: number;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #forget: () => void;
  #mayBytes = WINDOW_BYTES;
  #queue: { kind: Kind; bytes: Uint8Array }[] = [];
  #whenSent: (() => void) | undefined;
  #expectedBytes = WINDOW_BYTES;
  #takenBytes = 0;
  #over = false;

  constructor(id: number, write: (bytes: Uint8Array) => void, forget: () => void) {
    this.id = id;
    this.#write = write;
    this.#forget = forget;
  }

  get handlers(): ChannelHandlers {
    return this.#handlers ?? {};
  }

  /** The first ones get what has come already. */
  set handlers(handlers: ChannelHandlers) {
    this.#handlers = handlers;
    for (const { kind, payload } of this.#early.splice(0)) this.#hand(kind, payload);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** False if the window is used up: do not send more until `onDrain`. */
  send(bytes: Uint8Array, kind: Kind = KIND.data): boolean {
    this.#queue.push({ kind, bytes });
    this.#flush();
    return this.#queue.length === 0;
  }

  /** As {@link send}, for input; acknowledged there together with the clock's 4 bytes. */
  sendTyped(bytes: Uint8Array, clock: number): boolean {
    let goOn = true;
    for (let at = 0; at < bytes.length; at += TYPED_MAX_BYTES) {
      const part = bytes.subarray(at, at + TYPED_MAX_BYTES);
      goOn = this.send(Buffer.concat([words(clock), part]), KIND.typed);
    }
    return goOn;
  }

  tellDropped(bytes: number, clock: number): void {
    this.#frame(KIND.dropped, words(bytes, clock));
  }

  /** Data sent so far goes out first. */
  end(): void {
    this.#queue.push({ kind: KIND.end, bytes: new Uint8Array(0) });
    this.#flush();
  }

  /** Acknowledges received bytes, which need no more room here. */
  taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#over || this.#takenBytes < WINDOW_BYTES / 2) return;
    const credit = words(this.#takenBytes);
    this.#expectedBytes += this.#takenBytes;
    this.#takenBytes = 0;
    this.#frame(KIND.window, credit);
  }

  /** Goes out at once, before data that waits for the window. */
  tell(kind: Kind, value?: unknown): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    this.#frame(kind, value === undefined ? new Uint8Array(0) : Buffer.from(text));
  }

  /** As {@link tell}, but as the last frame, after all data sent. */
  finish(kind: Kind, value?: unknown): void {
    if (this.#queue.length > 0) {
      this.#whenSent = () => this.finish(kind, value);
      return;
    }
    this.tell(kind, value);
    this.dispose();
  }

  /** Ends it at once, on both sides. */
  close(): void {
    if (this.#over) return;
    this.tell(KIND.close);
    this.dispose();
  }

  /** Nothing is sent or received any more. */
  dispose(): void {
    this.#over = true;
    this.#queue = [];
    this.#early = [];
    this.#forget();
  }

  /** @throws FrameError for a frame that is not allowed now */
  take(kind: Kind, payload: Uint8Array): void {
    if (kind === KIND.data || kind === KIND.errors || kind === KIND.typed) {
      this.#expectedBytes -= payload.length;
      if (this.#expectedBytes < 0) throw new FrameError('more came than the window allows');
    }
    if (this.#handlers || !HANDED.has(kind)) this.#hand(kind, payload);
    else this.#keep(kind, payload);
  }

  #keep(kind: Kind, payload: Uint8Array): void {
    this.#earlyBytes += payload.length + FRAME_BYTES;
    if (this.#earlyBytes > EARLY_MAX_BYTES)
      throw new FrameError('too much came for a channel that is not open');
    this.#early.push({ kind, payload });
  }

  #hand(kind: Kind, payload: Uint8Array): void {
    switch (kind) {
      case KIND.data:
      case KIND.errors:
        this.handlers.onData?.(payload, kind === KIND.errors);
        return;
      case KIND.typed: {
        const [clock] = numbers(payload, 1);
        this.handlers.onTyped?.(payload.subarray(4), clock ?? 0);
        return;
      }
      case KIND.dropped: {
        const [bytes = 0, clock = 0] = numbers(payload, 2);
        this.handlers.onDropped?.(bytes, clock);
        return;
      }
      case KIND.window:
        this.#widen(payload);
        return;
      case KIND.end:
        this.handlers.onEnd?.();
        return;
      case KIND.signal:
        this.handlers.onSignal?.(Buffer.from(payload).toString('latin1'));
        return;
      case KIND.opened:
        this.handlers.onOpened?.();
        return;
      default:
        this.#takeLast(kind, payload);
    }
  }

  #takeLast(kind: Kind, payload: Uint8Array): void {
    const { onRefused, onExit, onClosed } = this.handlers;
    const value = kind === KIND.close ? undefined : parseJson(payload);
    this.dispose();
    if (kind === KIND.refused) onRefused?.(value);
    else if (kind === KIND.exit) onExit?.(value);
    else onClosed?.();
  }

  #widen(payload: Uint8Array): void {
    this.#mayBytes += numbers(payload, 1)[0] ?? 0;
    if (this.#mayBytes > WINDOW_BYTES) throw new FrameError('a window wider than the first one');
    this.#flush();
    if (this.#queue.length > 0 || this.#over) return;
    this.handlers.onDrain?.();
    this.#whenSent?.();
  }

  #flush(): void {
    for (let first = this.#queue[0]; first && !this.#over; first = this.#queue[0]) {
      const { kind, bytes } = first;
      const most = Math.min(bytes.length, this.#mayBytes, PAYLOAD_MAX_BYTES);
      if (most === 0 && bytes.length > 0) return;
      if (kind === KIND.typed && most < bytes.length) return;
      this.#mayBytes -= most;
      if (most === bytes.length) this.#queue.shift();
      else first.bytes = bytes.subarray(most);
      this.#frame(kind, bytes.subarray(0, most));
    }
  }

  #frame(kind: Kind, payload: Uint8Array): void {
    if (!this.#over) this.#write(encodeFrame(kind, this.id, payload));
  }
}

/** @throws FrameError */
export function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new FrameError('a frame that should be JSON is not');
  }
}
