/**
 * Hyperlinks (OSC 8) by number. It takes the place of the emulator's own table, which puts markers
 * on every line that a link touches: a link that a program forgets to close made each further
 * character cost as much as there are lines.
 */
import type { Core, ExtendedAttributes, LinkData, ScreenBuffer } from './emulator-internals.ts';

/** So many links are kept before those that no cell shows any more are looked for. */
const SWEEP_AT = 1_024;

export class LinkTable {
  readonly #core: Core;
  readonly #byId = new Map<number, LinkData>();
  readonly #byKey = new Map<string, number>();
  #nextId = 1;
  #sweepAt = SWEEP_AT;

  constructor(core: Core) {
    this.#core = core;
    core._oscLinkService.registerLink = (data) => this.#register(data);
    core._oscLinkService.addLineToLink = () => {};
    core._oscLinkService.getLinkData = (id) => this.get(id);
  }

  get(id: number): LinkData | undefined {
    return this.#byId.get(id);
  }

  #register(data: LinkData): number {
    const key = data.id === undefined ? undefined : `${data.id};${data.uri}`;
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byId.size >= this.#sweepAt) this.#sweep();
    const id = this.#nextId++;
    this.#byId.set(id, data);
    if (key !== undefined) this.#byKey.set(key, id);
    return id;
  }

  #sweep(): void {
    const { normal, alt } = this.#core.buffers;
    const used = new Set([this.#core._inputHandler._curAttrData.extended.urlId]);
    for (const buffer of [normal, alt]) collect(buffer, used);
    for (const id of this.#byId.keys()) if (!used.has(id)) this.#byId.delete(id);
    for (const [key, id] of this.#byKey) if (!used.has(id)) this.#byKey.delete(key);
    this.#sweepAt = Math.max(SWEEP_AT, this.#byId.size * 2);
  }
}

function collect(buffer: ScreenBuffer, used: Set<number>): void {
  for (let i = 0; i < buffer.lines.length; i++) {
    const extended = buffer.lines.get(i)?._extendedAttrs ?? {};
    for (const attributes of Object.values(extended)) {
      used.add((attributes as ExtendedAttributes).urlId);
    }
  }
}
