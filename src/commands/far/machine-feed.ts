/**
 * The sessions of another machine, kept up to date over a line: first what `ls` lists there, then what
 * `events` reports; if no supervisor is running there, `events` waits for one. Nothing from there is
 * trusted.
 */
import { StringDecoder } from 'node:string_decoder';
import { liveSessions, SupervisorLink } from '../../client/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { checkedSession, exec, type FarExec, type Line } from '../../remote/index.ts';
import type { StatePaths } from '../../store/paths.ts';
import { calledFrom, farSessions } from './list.ts';

/** A session takes some 2 KiB as JSON. */
const LINE_MAX_CHARACTERS = 256 * 1024;
const SESSIONS_MAX = 10_000;
/** For all sessions together, as for a list. */
const ALL_MAX_CHARACTERS = 32 * 1024 * 1024;
/** For the error output of the command there. */
const ERRORS_MAX_CHARACTERS = 4 * 1024;

export class MachineFeed {
  /** With the names they have here, in no particular order. */
  sessions: readonly SessionInfo[] = [];
  readonly #line: Line;
  readonly #changed: () => void;
  readonly #live = new Map<string, SessionInfo>();
  /** The length of each session's JSON, as far as events have reported it. */
  readonly #lengths = new Map<string, number>();
  #allCharacters = 0;
  #ended: readonly SessionInfo[] = [];
  /** Sessions that events have reported before the first list has come, which may be older. */
  readonly #told = new Set<string>();
  readonly #events: FarExec;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #errors = '';
  #listed = false;
  /**
   * Sessions that events have reported, until those have told of every session that runs; undefined from
   * then on. An earlier version there never says that they have.
   */
  #reported: Set<string> | undefined = new Set();
  /** A session has ended before the first list, which may not know it. */
  #endedEarly = false;
  /** The list has been requested; `again`: and has to be requested once more. */
  #asking: 'once' | 'again' | undefined;
  #stopped = false;
  #fail: (error: Error) => void = () => {};
  readonly #failed: Promise<never>;

  /** `changed` is called when the first sessions are known, and after each change. */
  constructor(line: Line, changed: () => void) {
    this.#line = line;
    this.#changed = changed;
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    const words = ['events', '--json', '--snapshot'];
    this.#events = exec(
      line,
      { words, directory: line.host.directory, terminal: null },
      { onBytes: (bytes, isError, taken) => this.#onBytes(bytes, isError, taken) },
    );
    this.#events.ended.then(
      (code) => this.#fail(this.#over(code)),
      (error) => this.#fail(error),
    );
  }

  /**
   * Gets the running sessions from the supervisor there, some 60 ms before a command there can list them.
   * `paths`: those of the bridge. An error is ignored, as the list follows anyway.
   */
  async look(paths: StatePaths): Promise<void> {
    using link = new SupervisorLink(paths);
    const live = await liveSessions(link).catch(() => []);
    if (this.#listed || this.#stopped || !this.#reported) return;
    for (const session of live.flatMap((one) => checkedSession(one) ?? [])) {
      const named = calledFrom(this.#line, session);
      if (!this.#told.has(named.fullName)) this.#live.set(named.fullName, named);
    }
    if (live.length > 0) this.#publish();
  }

  /** Resolves once the list has come. @throws UserError if the line is lost, or the list is invalid */
  async list(): Promise<void> {
    const listed = await Promise.race([farSessions(this.#line, ['list']), this.#failed]);
    const isFirst = !this.#listed;
    this.#listed = true;
    // Sessions that `look` found may have ended since.
    if (isFirst)
      for (const name of this.#live.keys()) if (!this.#told.has(name)) this.#live.delete(name);
    // A session of which all events so far have not told has ended.
    for (const session of listed)
      if (
        isFirst &&
        this.#reported &&
        session.state === 'running' &&
        !this.#told.has(session.fullName)
      )
        this.#live.set(session.fullName, session);
    this.#ended = listed.filter(({ state }) => state !== 'running');
    this.#told.clear();
    this.#publish();
    if (isFirst && this.#endedEarly) void this.#listAgain();
  }

  /** Rejects when no more changes are reported. */
  get failed(): Promise<never> {
    return this.#failed;
  }

  /** Removes a session that has ended. */
  forget({ fullName }: SessionInfo): void {
    this.#ended = this.#ended.filter((one) => one.fullName !== fullName);
    this.#publish();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#events.signal('TERM');
  }

  #over(code: number): UserError {
    const { name } = this.#line.host;
    const why = this.#errors.trim().split('\n')[0] || `exit code ${code}`;
    return new UserError(`codex-sessions on ${name} tells of no more changes: ${why}`);
  }

  #onBytes(bytes: Uint8Array, isError: boolean, taken: () => void): void {
    if (this.#stopped) return;
    taken();
    if (isError) {
      const text = Buffer.from(bytes).toString('utf8');
      this.#errors = (this.#errors + text).slice(0, ERRORS_MAX_CHARACTERS);
      return;
    }
    const lines = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split('\n');
    this.#rest = lines.pop() ?? '';
    const isSenseless =
      this.#rest.length > LINE_MAX_CHARACTERS || !lines.every((line) => this.#take(line));
    if (isSenseless || this.#isTooMuch) {
      this.#fail(senseless(this.#line.host.name));
      this.stop();
    } else if (this.#listed && lines.length > 0) this.#publish();
  }

  get #isTooMuch(): boolean {
    const most = Math.max(this.#live.size, this.#told.size);
    return most > SESSIONS_MAX || this.#allCharacters > ALL_MAX_CHARACTERS;
  }

  /** Handles a line of `events`. @returns false if it is invalid */
  #take(line: string): boolean {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return false;
    }
    const { event, session, previous } = (value ?? {}) as Record<string, unknown>;
    if (session === null) {
      // Else it is a gap, after which every session is reported again.
      if (event === 'ready') this.#allReported();
      return true;
    }
    const checked = checkedSession(session);
    if (!checked) return false;
    const named = calledFrom(this.#line, checked);
    if (typeof previous === 'string') this.#set(`${this.#line.host.name}/${previous}`, undefined);
    const runs = named.state === 'running';
    this.#set(named.fullName, runs ? named : undefined, line.length);
    if (!runs && !this.#listed) this.#endedEarly = true;
    else if (!runs) void this.#listAgain();
    return true;
  }

  /** What is known of others comes from a list, and they have ended since. */
  #allReported(): void {
    const reported = this.#reported;
    this.#reported = undefined;
    const gone = [...this.#live.keys()].filter((name) => reported && !reported.has(name));
    for (const name of gone) this.#live.delete(name);
    if (gone.length === 0) return;
    if (this.#listed) void this.#listAgain();
    else this.#endedEarly = true;
  }

  #set(fullName: string, session: SessionInfo | undefined, length = 0): void {
    this.#reported?.add(fullName);
    if (!this.#listed) this.#told.add(fullName);
    this.#allCharacters -= this.#lengths.get(fullName) ?? 0;
    this.#lengths.delete(fullName);
    this.#live.delete(fullName);
    if (!session) return;
    this.#live.set(fullName, session);
    this.#lengths.set(fullName, length);
    this.#allCharacters += length;
  }

  /** Whether an ended session is listed depends on its record there. */
  async #listAgain(): Promise<void> {
    if (!this.#listed || this.#stopped) return;
    if (this.#asking) {
      this.#asking = 'again';
      return;
    }
    this.#asking = 'once';
    try {
      await this.list();
    } catch (error) {
      this.#fail(error instanceof Error ? error : senseless(this.#line.host.name));
    }
    const isOld = (this.#asking as 'once' | 'again') === 'again';
    this.#asking = undefined;
    if (isOld) void this.#listAgain();
  }

  #publish(): void {
    const ended = this.#ended.filter(({ fullName }) => !this.#live.has(fullName));
    this.sessions = [...this.#live.values(), ...ended];
    this.#changed();
  }
}

function senseless(host: string): UserError {
  return new UserError(
    `what ${host} tells of its sessions cannot be understood`,
    'Install the same version on both machines.',
  );
}
