/**
 * The ssh processes of one attachment: found by their parent while it runs, later by pid and start time.
 */
import { listProcesses, type ProcessInfo, processInfo } from '../support/process/processes.ts';
import { waitUntil } from '../support/process/wait-until.ts';
import type { FarRig } from '../support/ssh/far-rig.ts';

export class SshProcesses {
  readonly #rig: FarRig;
  readonly #client: number;
  readonly #known = new Map<string, ProcessInfo>();

  /** `client`: the pid of the attached command. */
  constructor(rig: FarRig, client: number) {
    this.#rig = rig;
    this.#client = client;
  }

  /** How many there have been, as far as {@link look} has seen them. */
  get seen(): number {
    return this.#known.size;
  }

  look(): void {
    for (const one of [...this.#children(), ...this.#rig.masters()])
      this.#known.set(`${one.pid} ${one.startTime}`, one);
  }

  /** Checks that one process serves the attachment, over one connection. */
  async checkOneLine(): Promise<void> {
    await waitUntil(
      () => {
        this.look();
        return this.#children().length === 1 && this.#rig.masters().length === 1;
      },
      { what: 'one line', describe: () => this.#describe() },
    );
  }

  /** Checks that all have ended, except for the connection that is kept for the next command. */
  async checkNoneLeft(): Promise<void> {
    const master = () => new Set(this.#rig.masters().map(({ pid }) => pid));
    const left = () => this.#alive().filter(({ pid }) => !master().has(pid));
    const dials = () => this.#rig.there.processes().filter(({ command }) => / dial$/.test(command));
    await waitUntil(() => left().length === 0 && master().size <= 1 && dials().length === 0, {
      what: 'every ssh and what it served to end',
      describe: () => this.#describe(),
    });
  }

  #children(): ProcessInfo[] {
    return listProcesses().filter(
      ({ parent, command }) => parent === this.#client && /\bssh\b/.test(command),
    );
  }

  #alive(): ProcessInfo[] {
    return [...this.#known.values()].filter(({ pid, startTime }) => {
      const now = processInfo(pid);
      return now?.startTime === startTime && now.state !== 'Z';
    });
  }

  #describe(): string {
    const all = [...this.#alive(), ...this.#children(), ...this.#rig.there.processes()];
    return all.map(({ pid, parent, command }) => `${pid} (of ${parent}) ${command}`).join('\n');
  }
}
