/**
 * All known other machines: their sessions in one list. What is done to a session is done on its machine.
 */
import { displayName, type FarSide, liveSessions, SupervisorLink } from '../../client/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Bridge, type Host, hostOf } from '../../remote/index.ts';
import type { Config } from '../../store/config.ts';
import { machineOf } from '../../store/host-names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { PreviewSource } from '../../ui/preview-pane.ts';
import type { SessionActions } from '../../ui/session-actions.ts';
import {
  type Elsewhere,
  fullNameThere,
  type OtherMachines,
  type StartThere,
} from '../shared/other-machines.ts';
import { farActions, type Reach } from './actions.ts';
import { endOf } from './end-of.ts';
import { Machine } from './machine.ts';
import { FarPreviews } from './previews.ts';
import { type StartedThere, startThere } from './start-there.ts';

export interface MachinesOptions {
  /** Only this machine, even if it is not in the configuration. */
  readonly only?: string;
  /** A bridge that is already open. */
  readonly bridge?: Bridge;
  /** They are followed until {@link Machines.close}, even while no list shows them. */
  readonly stays?: boolean;
}

export class Machines implements OtherMachines {
  readonly #paths: StatePaths;
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #stays: boolean;
  readonly #listeners: (() => void)[] = [];

  constructor(
    paths: StatePaths,
    known: Config['hosts'],
    { only, bridge, stays = false }: MachinesOptions = {},
  ) {
    this.#paths = paths;
    this.#stays = stays;
    const names = new Set(only === undefined ? Object.keys(known) : [only]);
    if (bridge) names.add(bridge.host.name);
    const machineFor = (host: Host) =>
      new Machine(paths, host, host.name === bridge?.host.name ? bridge : undefined);
    this.#machines = new Map([...names].map((name) => [name, machineFor(hostOf(name, known))]));
    for (const machine of this.#machines.values())
      machine.onChange = () => this.#listeners.at(-1)?.();
  }

  get hosts(): readonly string[] {
    return [...this.#machines.keys()];
  }

  get sessions(): readonly SessionInfo[] {
    return [...this.#machines.values()].flatMap(({ sessions }) => sessions);
  }

  get missing(): string {
    return [...this.#machines.values()].flatMap(({ missing }) => missing || []).join(' · ');
  }

  answers(host: string): boolean {
    return this.#machines.get(host)?.answers === true;
  }

  begin(changed: () => void): void {
    this.#listeners.push(changed);
    for (const machine of this.#machines.values()) machine.begin();
  }

  rest(keep?: string): void {
    this.#listeners.pop();
    if (this.#stays) return;
    for (const [host, machine] of this.#machines) machine.rest(host === keep);
  }

  close(): void {
    for (const machine of this.#machines.values()) machine.close();
  }

  actions(own: SessionActions): SessionActions {
    return farActions(own, {
      paths: this.#paths,
      reach: (session) => this.#reach(session),
      forget: (session) => this.#machineOf(session)?.forget(session),
    });
  }

  previews(own: PreviewSource): PreviewSource & { close(): void } {
    return new FarPreviews(own, (host) => this.#machines.get(host)?.bridge?.paths);
  }

  async goTo(session: SessionInfo): Promise<Elsewhere> {
    const { bridge, host } = await this.#reach(session);
    const known = fullNameThere(session.fullName);
    if (session.state !== 'running')
      return elsewhere(bridge, await startThere(await bridge.reach(), [known]));
    const found = elsewhere(bridge, { fullName: known, said: '' });
    try {
      // If the line hangs, this is where the user waits, and can cancel.
      if (await runs(found.place.link, known)) return found;
    } catch (error) {
      found.place.link.close();
      throw new UserError(`${host.name}: ${bridge.problem ?? messageOf(error)}`);
    }
    found.place.link.close();
    throw new UserError(`${displayName(session)} is not running any more`);
  }

  async start(host: string, name: string, { cwd, colors }: StartThere = {}): Promise<Elsewhere> {
    const machine = this.#machines.get(host);
    if (!machine) throw unknown(host);
    const bridge = await machine.reach();
    const words = cwd === undefined ? [name] : [`--cwd=${cwd}`, name];
    return elsewhere(bridge, await startThere(await bridge.reach(), words, colors));
  }

  #machineOf({ fullName }: SessionInfo): Machine | undefined {
    return this.#machines.get(machineOf(fullName) ?? '');
  }

  async #reach(session: SessionInfo): ReturnType<Reach> {
    const machine = this.#machineOf(session);
    if (!machine) throw unknown(machineOf(session.fullName) ?? '');
    return { bridge: await machine.reach(), host: machine.host };
  }
}

async function runs(link: SupervisorLink, fullName: string): Promise<boolean> {
  const live = await liveSessions(link);
  return live.some((session) => session.fullName === fullName);
}

function unknown(host: string): UserError {
  return new UserError(`there is no machine ${host} here`);
}

function elsewhere(bridge: Bridge, { fullName, said }: StartedThere): Elsewhere {
  return {
    ...(said !== '' && { said }),
    place: { link: new SupervisorLink(bridge.paths), far: farSide(bridge) },
    request: { type: 'attach', fullName, readOnly: false },
  };
}

/** What an attachment there needs besides the link to its supervisor. */
export function farSide(bridge: Bridge): FarSide {
  return {
    host: bridge.host.name,
    get nobody() {
      return bridge.nobody;
    },
    get problem() {
      return bridge.problem;
    },
    get asks() {
      return bridge.asks;
    },
    get isShared() {
      return bridge.isShared;
    },
    openData: () => bridge.openData(),
    endOf: (session) => endOf(bridge, session),
    get onDropped() {
      return bridge.onDropped;
    },
    set onDropped(call) {
      bridge.onDropped = call;
    },
  };
}
