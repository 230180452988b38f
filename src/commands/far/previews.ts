/** Previews of sessions of all machines for one preview, each from the session's own machine. */
import { PreviewFeed } from '../../client/index.ts';
import type { ScreenCapture } from '../../protocol/messages.ts';
import { machineOf } from '../../store/host-names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Region } from '../../ui/overlays/overlay.ts';
import type { PreviewSource } from '../../ui/preview-pane.ts';
import { fullNameThere } from '../shared/other-machines.ts';

interface Feed {
  readonly paths: StatePaths;
  readonly previews: PreviewFeed;
}

export class FarPreviews implements PreviewSource {
  readonly #own: PreviewSource;
  readonly #pathsOf: (host: string) => StatePaths | undefined;
  readonly #feeds = new Map<string, Feed>();
  #shown: PreviewSource;
  #onChange: (() => void) | undefined;

  /** `pathsOf`: the paths of the bridge to a machine; undefined while there is none. */
  constructor(own: PreviewSource, pathsOf: (host: string) => StatePaths | undefined) {
    this.#own = own;
    this.#pathsOf = pathsOf;
    this.#shown = own;
  }

  get capture(): ScreenCapture | undefined {
    return this.#shown.capture;
  }

  get onChange(): (() => void) | undefined {
    return this.#onChange;
  }

  set onChange(call: (() => void) | undefined) {
    this.#onChange = call;
    for (const source of this.#all()) source.onChange = call;
  }

  show(fullName: string | undefined, area: Region): void {
    const host = fullName === undefined ? undefined : machineOf(fullName);
    const source = host === undefined ? this.#own : this.#of(host);
    this.#shown = source ?? NOTHING;
    for (const other of this.#all()) if (other !== source) other.show(undefined, area);
    source?.show(host === undefined ? fullName : fullNameThere(fullName ?? ''), area);
  }

  close(): void {
    for (const { previews } of this.#feeds.values()) previews.close();
    this.#feeds.clear();
  }

  #all(): readonly PreviewSource[] {
    return [this.#own, ...[...this.#feeds.values()].map(({ previews }) => previews)];
  }

  #of(host: string): PreviewSource | undefined {
    const paths = this.#pathsOf(host);
    const known = this.#feeds.get(host);
    if (known?.paths === paths) return known?.previews;
    known?.previews.close();
    this.#feeds.delete(host);
    if (!paths) return undefined;
    const previews = new PreviewFeed(paths);
    previews.onChange = this.#onChange;
    this.#feeds.set(host, { paths, previews });
    return previews;
  }
}

const NOTHING: PreviewSource = { capture: undefined, onChange: undefined, show: () => {} };
