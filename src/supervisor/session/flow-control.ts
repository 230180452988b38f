/**
 * The fastest client sets the program's pace: the program is paused while even that one, or the screen
 * model, is behind. A client that reads nothing for a second, with much queued, is stuck, not slow: its
 * output is skipped, so that it cannot stop the program.
 */
import { CLIENT_HIGH_BYTES, CLIENT_STALLED_MS } from '../../protocol/limits.ts';
import type { Client } from './client.ts';

interface Reading {
  pause(): void;
  resume(): void;
}

export class FlowControl {
  readonly #program: Reading;
  readonly #clients: ReadonlySet<Client>;
  readonly #skip: (client: Client) => void;
  #clientsBehind = false;
  #screenBehind = false;
  #frozen = false;
  #settling = false;
  #timer: NodeJS.Timeout | undefined;
  /** {@link Client.progress} of each live client at the last check. */
  #progress = new Map<Client, number>();

  /** `skip` is called for a client that is stuck. */
  constructor(program: Reading, clients: ReadonlySet<Client>, skip: (client: Client) => void) {
    this.#program = program;
    this.#clients = clients;
    this.#skip = skip;
  }

  /** To be called after output is sent to the clients. */
  afterOutput(): void {
    let fastest = Number.POSITIVE_INFINITY;
    let reading = 0;
    for (const client of this.#clients) {
      if (!client.isLive) continue;
      reading++;
      fastest = Math.min(fastest, client.queuedBytes);
    }
    if (reading > 0 && fastest > CLIENT_HIGH_BYTES) this.#pauseForClients();
    if (reading > 1) this.#skipTheSlow(fastest);
  }

  /** A client has attached, left, or is skipping: another may set the pace now. */
  clientsChanged(): void {
    if (!this.#clientsBehind) return;
    const reading = [...this.#clients].filter((client) => client.isLive);
    if (reading.length > 0 && reading.every((c) => c.queuedBytes > CLIENT_HIGH_BYTES)) return;
    this.drained();
  }

  /** Nothing is queued for a client any more. */
  drained(): void {
    if (!this.#clientsBehind) return;
    this.#clientsBehind = false;
    this.#unwatch();
    this.#apply();
  }

  set screenBehind(behind: boolean) {
    if (behind === this.#screenBehind) return;
    this.#screenBehind = behind;
    this.#apply();
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** During a hand-over the program is not read. */
  set frozen(frozen: boolean) {
    this.#frozen = frozen;
    this.#apply();
  }

  /** A request waits until the screen model has parsed everything. */
  set settling(settling: boolean) {
    this.#settling = settling;
    this.#apply();
  }

  dispose(): void {
    this.#unwatch();
  }

  #skipTheSlow(fastest: number): void {
    if (fastest > CLIENT_HIGH_BYTES) return;
    for (const client of this.#clients)
      if (client.isLive && client.tooFarBehind) this.#skip(client);
  }

  #pauseForClients(): void {
    if (this.#clientsBehind) return;
    this.#clientsBehind = true;
    this.#apply();
    this.#watch();
  }

  /** Checks once a second, only while the program is paused for its clients. */
  #watch(): void {
    if (this.#timer) return;
    this.#note();
    this.#timer = setInterval(() => {
      for (const [client, before] of this.#progress)
        if (client.progress === before && client.queuedBytes > CLIENT_HIGH_BYTES)
          this.#skip(client);
      this.#note();
      this.clientsChanged();
    }, CLIENT_STALLED_MS);
  }

  #note(): void {
    this.#progress = new Map();
    for (const client of this.#clients)
      if (client.isLive) this.#progress.set(client, client.progress);
  }

  #unwatch(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#progress.clear();
  }

  #apply(): void {
    const waits = this.#clientsBehind || this.#screenBehind || this.#frozen || this.#settling;
    if (waits) this.#program.pause();
    else this.#program.resume();
  }
}
