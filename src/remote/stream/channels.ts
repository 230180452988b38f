/** The channels of a stream between two machines: one side requests them, the other opens them. */
import { Channel, type ChannelHandlers, parseJson } from './channel.ts';
import { CHANNEL_MAX, FrameError, FrameReader, KIND } from './frames.ts';

/** At the same time on one stream: an attachment, a list and some previews. */
const CHANNELS_MAX = 64;

export class Channels {
  readonly #open = new Map<number, Channel>();
  readonly #frames = new FrameReader();
  readonly #write: (bytes: Uint8Array) => void;
  readonly #onOpen: ((channel: Channel, request: unknown) => void) | undefined;
  #highest = 0;

  /** `onOpen`: on the side that opens channels. */
  constructor(
    write: (bytes: Uint8Array) => void,
    onOpen?: (channel: Channel, request: unknown) => void,
  ) {
    this.#write = write;
    this.#onOpen = onOpen;
  }

  get size(): number {
    return this.#open.size;
  }

  /** On the side that requests channels. */
  open(request: unknown, handlers: ChannelHandlers): Channel {
    const channel = this.#add(this.#highest + 1);
    channel.handlers = handlers;
    channel.tell(KIND.open, request);
    return channel;
  }

  /**
   * Received bytes.
   * @throws FrameError if they are invalid; then nothing after them can be read either
   */
  push(chunk: Uint8Array): void {
    for (const { kind, channel: id, payload } of this.#frames.push(chunk)) {
      if (kind === KIND.open) this.#opened(id, payload);
      else if (id < 1 || id > this.#highest) throw new FrameError(`there is no channel ${id}`);
      // An unknown channel was closed here while this frame was on its way.
      else this.#open.get(id)?.take(kind, payload);
    }
  }

  /** The stream has ended: so has every channel. */
  end(): void {
    for (const channel of [...this.#open.values()]) {
      const { onClosed } = channel.handlers;
      channel.dispose();
      onClosed?.();
    }
  }

  #opened(id: number, payload: Uint8Array): void {
    if (!this.#onOpen) throw new FrameError('a channel was asked for where none may be');
    if (id <= this.#highest || this.#open.size >= CHANNELS_MAX)
      throw new FrameError(`channel ${id} may not be opened`);
    this.#onOpen(this.#add(id), parseJson(payload));
  }

  #add(id: number): Channel {
    if (id > CHANNEL_MAX) throw new FrameError('there are no more channels on this stream');
    this.#highest = id;
    const channel = new Channel(id, this.#write, () => this.#open.delete(id));
    this.#open.set(id, channel);
    return channel;
  }
}
