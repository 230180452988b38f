/** Twenty Codexes in three projects, some in a turn, and those who look on, type, wait and listen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CodexRig, openCodexRig } from '../support/rig/codex-rig.ts';
import type { Gate } from '../support/rig/model.ts';
import type { Listed } from '../support/rig/rig.ts';
import { Random } from '../support/screen/screen-streams.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { EventListener } from './actors/event-listener.ts';
import { FloodWatcher } from './actors/flood-watcher.ts';
import { Following } from './actors/following.ts';
import { finishedAnswers } from './actors/record.ts';
import { RestingPerson } from './actors/resting-person.ts';
import { type AskedSession, Turns } from './actors/turns.ts';
import { Typist } from './actors/typist.ts';
import { NO_LIMIT } from './pace.ts';
import { type Programs, programsIn } from './programs.ts';
import { told } from './supervisor-link.ts';

export interface SceneOptions {
  readonly seed: number;
  /** The built command. */
  readonly bin: string;
  readonly sessions: number;
  readonly projects: number;
  /** So many have a turn in progress; at least 1, of which the turn lasts to the end. */
  readonly busy: number;
  /** A directory for all that is not Codex's and not needed for the checks. */
  readonly disk: string | undefined;
}

export type AtEnd = (undo: () => void | Promise<void>) => void;

/** As many at a time as the machine has cores, twice. */
const AT_ONCE = 4;
const HELD_PROMPT = 'the turn that is held';

export class Scene {
  readonly codex: CodexRig;
  readonly random: Random;
  readonly bin: string;
  readonly programs: Programs;
  /** By full name; what must be there after every death. */
  readonly pids = new Map<string, number>();
  readonly turns: Turns[] = [];
  readonly terminals: Terminal[] = [];
  /** Full names of sessions that come and go. */
  readonly passing = /:churn\d+:/;
  typist!: Typist;
  flood!: FloodWatcher;
  person!: RestingPerson;
  events!: EventListener;
  held!: { session: AskedSession; gate: Gate; conversation: string; wait: Following };

  private constructor(codex: CodexRig, files: string, options: SceneOptions) {
    this.codex = codex;
    this.programs = programsIn(codex.rig, files);
    this.random = new Random(options.seed);
    this.bin = options.bin;
  }

  get rig() {
    return this.codex.rig;
  }

  static async open(options: SceneOptions, atEnd: AtEnd): Promise<Scene> {
    const files = mkdtempSync(join(tmpdir(), 'cs-seen-'));
    atEnd(() => rmSync(files, { recursive: true, force: true }));
    const scene = new Scene(await rigOn(options, atEnd), files, options);
    const sessions = await scene.#startAll(options);
    for (const { fullName, pid } of (await told(scene.rig)).sessions) scene.pids.set(fullName, pid);
    await scene.#beginTurns(sessions.slice(0, options.busy), atEnd);
    await scene.#sitDown(sessions.at(-1) as AskedSession, atEnd);
    return scene;
  }

  /** Every Codex, and three programs beside them. */
  async #startAll({ sessions, projects }: SceneOptions): Promise<AskedSession[]> {
    const roots = Array.from({ length: projects }, (_, index) =>
      this.codex.project(`proj${index}`),
    );
    const list = Array.from({ length: sessions }, (_, index) => ({
      name: `s${index}`,
      cwd: roots[index % roots.length] as string,
    }));
    const queue = [...list];
    const take = async () => {
      for (let one = queue.shift(); one; one = queue.shift())
        await this.rig.ok(['start', '-d', one.name], { cwd: one.cwd });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    await this.rig.waitUntil(
      async () => (await told(this.rig)).sessions.every(isReady),
      'every Codex to have started up',
    );
    for (const name of ['count', 'flood', 'report'] as const) {
      const env = { CODEX_SESSIONS_CODEX: this.programs[name].program };
      await this.rig.ok(['start', '--no-wait', '-d', name], { env });
    }
    return list;
  }

  async #beginTurns(sessions: readonly AskedSession[], atEnd: AtEnd): Promise<void> {
    const [session, ...others] = sessions;
    if (!session) throw new Error('at least one session has to be busy');
    const gate = this.codex.model.hold(new RegExp(`^${HELD_PROMPT}$`));
    await this.rig.ok(['send', session.name, HELD_PROMPT], { cwd: session.cwd });
    const { threadId } = await gate.arrived;
    await this.rig.waitUntil(
      async () => (await this.#statusOf(session)) === 'working',
      'the turn that is held to be reported',
    );
    const wait = new Following(this.rig, this.bin, ['wait', session.name], () => {}, session.cwd);
    atEnd(() => wait.end());
    this.held = { session, gate, conversation: threadId, wait };
    for (const [index, one] of others.entries()) {
      const asks = index % 2 === 0 ? 'send' : 'run';
      const turns = new Turns(this.codex, this.random, one, asks);
      atEnd(() => turns.abandon());
      this.turns.push(turns);
    }
  }

  async #sitDown(rests: AskedSession, atEnd: AtEnd): Promise<void> {
    const open = (name: string, cwd?: string) => {
      const terminal = this.rig.open(['attach', name], cwd === undefined ? {} : { cwd });
      this.terminals.push(terminal);
      return terminal;
    };
    const count = open('count');
    await count.waitFor('ready');
    this.typist = new Typist(this.rig, count, this.programs.count.file);
    atEnd(() => this.typist.stop());
    this.flood = new FloodWatcher(open('flood'), this.programs.flood);
    this.person = await RestingPerson.sit(open(rests.name, rests.cwd));
    const mayEnd = (name: string) => this.passing.test(name);
    this.events = new EventListener(this.rig, this.bin, this.programs.report.fifo, mayEnd);
    atEnd(() => this.events.end());
    await this.rig.waitUntil(
      async () => (await told(this.rig)).sessions.filter(({ clients }) => clients > 0).length === 3,
      'three clients',
    );
  }

  async #statusOf({ name }: AskedSession): Promise<string | null | undefined> {
    return (await told(this.rig)).sessions.find((one) => one.name === name)?.status;
  }

  /** Lets every turn come to its end. @throws Error for one that does not. */
  async finishTurns(): Promise<void> {
    const { gate, wait, conversation } = this.held;
    wait.mustRun();
    gate.release();
    for (const one of this.turns) await one.stop();
    const expected = `You said: ${HELD_PROMPT}`;
    await this.rig.waitUntil(
      () => finishedAnswers(this.codex.home.path, conversation).includes(expected),
      "the held turn's end in Codex's record",
    );
    const code = await this.rig.waitUntil(
      () => wait.exitCode !== undefined && [wait.exitCode],
      'wait to end',
    );
    if (code[0] !== 0) throw new Error(`wait ended with ${code[0]}: ${wait.describe()}`);
  }

  describe(): string {
    const screens = this.terminals.map((one) => one.describe().split('--- supervisor.log')[0]);
    return [...screens, this.events?.describe()].join('\n');
  }
}

/** A rig lies where temporary files do. */
async function rigOn({ disk, bin }: SceneOptions, atEnd: AtEnd): Promise<CodexRig> {
  const before = process.env.TMPDIR;
  if (disk !== undefined) process.env.TMPDIR = disk;
  try {
    return await openCodexRig({ bin, env: NO_LIMIT }, atEnd);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

function isReady(session: Listed): boolean {
  const { status, statusSource } = session as Listed & { statusSource?: string };
  return status === 'idle' && statusSource === 'osc7501';
}
