/**
 * A data connection to the supervisor of another machine, as a stream: keys go from the terminal to
 * ssh without a socket in between, which would take 0.1 ms there and back.
 */
import { Duplex } from 'node:stream';
import type { Line } from './ssh/line.ts';
import type { Channel } from './stream/channel.ts';

export interface DataChannel {
  readonly line: Line;
  readonly request: object;
  /** The other side's clock, for input; undefined if its version does not use one. */
  readonly clock: (() => number) | undefined;
  onDropped(bytes: number, clock: number): void;
}

export class ChannelStream extends Duplex {
  #channel: Channel | undefined;
  #clock: (() => number) | undefined;
  /** The first line, which is not input, has been sent. */
  #begun = false;
  /** What has come and is not read yet. */
  #unacknowledgedBytes = 0;
  #whenReady: (() => void) | undefined;
  #whenDrained: (() => void) | undefined;

  /** Waits for the connection; closes if there is none. */
  constructor(opening: Promise<DataChannel>) {
    super();
    opening.then(
      (opened) => this.#open(opened),
      () => this.destroy(),
    );
  }

  #open({ line, request, clock, onDropped }: DataChannel): void {
    if (this.destroyed) return;
    const early = line.greeting.features.includes('early');
    const ready = () => {
      this.#channel = channel;
      this.#whenReady?.();
    };
    const channel = line.channels.open(request, {
      onOpened: () => {
        if (!early) ready();
      },
      onRefused: () => this.destroy(),
      onData: (bytes) => {
        if (this.push(bytes)) channel.taken(bytes.length);
        else this.#unacknowledgedBytes += bytes.length;
      },
      onDropped,
      onDrain: () => {
        const drained = this.#whenDrained;
        this.#whenDrained = undefined;
        drained?.();
      },
      onEnd: () => this.push(null),
      onClosed: () => this.destroy(),
    });
    this.#clock = clock;
    this.once('close', () => channel.close());
    if (early) ready();
  }

  override _read(): void {
    const bytes = this.#unacknowledgedBytes;
    this.#unacknowledgedBytes = 0;
    if (bytes > 0) this.#channel?.taken(bytes);
  }

  override _write(bytes: Buffer, _encoding: unknown, written: () => void): void {
    const channel = this.#channel;
    if (!channel) {
      this.#whenReady = () => this._write(bytes, _encoding, written);
      return;
    }
    const typed = this.#begun && this.#clock;
    this.#begun = true;
    const goOn = typed ? channel.sendTyped(bytes, typed()) : channel.send(bytes);
    if (goOn) written();
    else this.#whenDrained = written;
  }

  override _final(ended: () => void): void {
    this.#channel?.end();
    ended();
  }
}
