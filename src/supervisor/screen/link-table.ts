/**
 * Hyperlinks (OSC 8) by number. Replaces the emulator's own table, which sets a marker on every line of
 * a link: after a link that a program did not close, the time per character grew with the number of
 * lines.
 */
import type { Core, ExtendedAttributes, LinkData, ScreenBuffer } from './emulator-internals.ts';

/** From this number of links on, unused ones are removed. */
const SWEEP_AT = 1_024;
/** Longer links are ignored, as in VTE (VTE_HYPERLINK_URI_LENGTH_MAX and …_ID_LENGTH_MAX). */
const URI_MAX_UNITS = 2_083;
const ID_MAX_UNITS = 250;
/** Size of all links; further ones are ignored until some have scrolled off. */
const LINKS_MAX_BYTES = 4 * 1024 * 1024;
/** About what a link takes beside its text. */
const LINK_BYTES = 200;
/** The number for "no link" in the emulator's cells. */
const NO_LINK = 0;

export class LinkTable {
  readonly #core: Core;
  readonly #byId = new Map<number, LinkData>();
  readonly #byKey = new Map<string, number>();
  #nextId = 1;
  #sweepAt = SWEEP_AT;
  #bytes = 0;
  /** Links registered since the last sweep. */
  #asked = 0;

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
    if (data.uri.length > URI_MAX_UNITS || (data.id?.length ?? 0) > ID_MAX_UNITS) return NO_LINK;
    this.#asked += 1;
    const isFull = this.#bytes >= LINKS_MAX_BYTES;
    // Rarely, as a sweep goes through all cells.
    if (this.#byId.size >= this.#sweepAt || (isFull && this.#asked >= SWEEP_AT)) this.#sweep();
    if (this.#bytes >= LINKS_MAX_BYTES) return NO_LINK;
    const id = this.#nextId++;
    this.#byId.set(id, data);
    this.#bytes += bytesOf(data);
    if (key !== undefined) this.#byKey.set(key, id);
    return id;
  }

  #sweep(): void {
    this.#asked = 0;
    const { normal, alt } = this.#core.buffers;
    const used = new Set([this.#core._inputHandler._curAttrData.extended.urlId]);
    for (const buffer of [normal, alt]) collect(buffer, used);
    for (const id of this.#byId.keys()) if (!used.has(id)) this.#byId.delete(id);
    for (const [key, id] of this.#byKey) if (!used.has(id)) this.#byKey.delete(key);
    this.#sweepAt = Math.max(SWEEP_AT, this.#byId.size * 2);
    this.#bytes = 0;
    for (const data of this.#byId.values()) this.#bytes += bytesOf(data);
  }
}

/** If the link has an id, the key repeats the text. */
function bytesOf({ id, uri }: LinkData): number {
  return LINK_BYTES + uri.length + (id === undefined ? 0 : uri.length + 2 * id.length);
}

function collect(buffer: ScreenBuffer, used: Set<number>): void {
  for (let i = 0; i < buffer.lines.length; i++) {
    const extended = buffer.lines.get(i)?._extendedAttrs ?? {};
    let last: ExtendedAttributes | undefined;
    for (const x in extended) {
      const attributes = extended[x];
      if (attributes !== last && attributes) used.add(attributes.urlId);
      last = attributes;
    }
  }
}
