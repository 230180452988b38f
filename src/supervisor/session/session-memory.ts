/**
 * Keeps in a session's memory file what a successor needs if the supervisor dies. The state is
 * stored at each change; the screen when it has come to rest, and when the program's modes have
 * changed. See also marks.ts.
 */
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../store/log.ts';
import type { InputLedger } from '../memory/input-ledger.ts';
import { reopenMemoryFile } from '../memory/memory-file.ts';
import { SessionFile } from '../memory/session-file.ts';
import type { ProgramOutput } from '../program/program-output.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { Client } from './client.ts';
import { Marks } from './marks.ts';
import { fixedOf, type RememberedSession, readRemembered, stateOf } from './remembered.ts';
import { ScreenHistory, sizeLine, storedScreen } from './screen-history.ts';
import { storingTurns } from './storing-turns.ts';
import { WorkPace } from './work-pace.ts';

/** After this long without output the screen is at rest. */
const REST_MS = 100;
/** Storing a screen takes some 0.5 ms, and may take a hundredth of the time. */
const SCREEN_SHARE = 100;
/** … or a tenth of it for modes, which programs seldom change. */
const MODES_SHARE = 10;
/** If more output than this is unparsed, modes are not stored until it is parsed. */
const MODES_WITHIN_BYTES = 16 * 1024;
/** For a session of which nothing is stored yet. */
const FIRST_WITHIN_MS = 500;
/**
 * If a program is never at rest and its output is not parsed at once, modes are checked this often.
 */
const PARSED_WITHIN_MS = 1_000;

interface StoredSession extends RememberedSession {
  readonly fullName: string;
  readonly terminal: ProgramTerminal;
  readonly clients: Iterable<Pick<Client, 'typist'>>;
}

export class SessionMemory {
  readonly file: SessionFile;
  readonly #session: StoredSession;
  readonly #log: Log;
  readonly #history: ScreenHistory;
  readonly #marks: Marks;
  #everStored = false;
  /** The stored screen is out of date. */
  #drawn = true;
  #timer: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now()`, in ms. */
  #lastOutputAt = 0;
  #parsedAt = 0;
  readonly #screenPace = new WorkPace(SCREEN_SHARE);
  readonly #modesPace = new WorkPace(MODES_SHARE);
  /** The stored screen may lack modes. */
  #modesDue = false;
  /** Those of the stored screen. */
  #modes = '';
  /** The stored state is out of date, apart from the screen. */
  #changed = false;
  #failed = false;
  #disposed = false;

  /**
   * @param file a predecessor's file, if there is one
   * @throws the system's error if there can be no file
   */
  constructor(session: StoredSession, log: Log, file?: SessionFile) {
    this.#session = session;
    this.#log = log;
    this.file = file ?? new SessionFile();
    this.#marks = new Marks((which, on) => this.#try(() => this.file.mark(which, on)));
    this.#history = new ScreenHistory({
      screen: session.terminal.screen,
      file: this.file,
      restedMs: () => performance.now() - this.#lastOutputAt,
    });
    if (file) {
      const { screen, state } = file.marks;
      this.#marks.inherit(screen, state);
      this.#drawn = screen;
      // The stored status may be out of date: it counts as unknown now.
      if (state) this.saveState();
      if (screen) this.changed();
      return;
    }
    try {
      this.file.mark('screen', true);
      this.file.writeFixed(fixedOf(session));
      // Written to both places, so that a later lack of memory does no harm.
      for (let place = 0; place < 2; place++) this.file.writeState(stateOf(session));
    } catch (error) {
      this.file.close();
      throw error;
    }
    for (const client of session.clients) this.file.ledger.add(client.typist);
    // After an upgrade from a version without memory files, all sessions get one: not all at the
    // same moment.
    const young = Date.now() - session.createdAt < FIRST_WITHIN_MS;
    this.#look(young ? 0 : Math.random() * FIRST_WITHIN_MS);
  }

  /**
   * Goes on with the file of a predecessor that is still running; the session already has its
   * clients.
   * @throws Error if the file is of an incompatible version; it is closed then
   */
  static inherited(session: StoredSession, log: Log, fd: number): SessionMemory {
    const file = new SessionFile(reopenMemoryFile(fd));
    try {
      readRemembered(file);
      storedScreen(file);
      file.ledger.read();
      return new SessionMemory(session, log, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** To be called before much output is read: for some 100 µs nothing is known of what is in it. */
  reading(): void {
    this.#marks.reading();
  }

  /** To be called before output is scanned. */
  output(chunk: Uint8Array): void {
    this.#marks.output(chunk);
    this.#lastOutputAt = performance.now();
    this.#timer ??= setTimeout(() => this.#onTimer(), REST_MS);
  }

  /** To be called when all output so far is scanned. */
  scanned(output: Pick<ProgramOutput, 'drew' | 'inSequence' | 'changesModes'>): void {
    const { drew, inSequence, changesModes } = output;
    this.#drawn ||= drew;
    this.#marks.looked();
    if (changesModes) this.#keepModes();
    this.#marks.scanned(inSequence);
  }

  /** Something other than the screen has changed. */
  changed(): void {
    this.#changed = true;
    this.#timer ??= setTimeout(() => this.#onTimer(), REST_MS);
  }

  /** Stores the state at once. */
  saveState(): void {
    this.#changed = false;
    const stored = this.#try(() => this.file.writeState(stateOf(this.#session)));
    this.#marks.saved(stored);
  }

  /** Counts what is typed; never throws. */
  count(note: (ledger: InputLedger) => void): void {
    this.#try(() => note(this.file.ledger));
  }

  /** The session has ended. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    storingTurns.forget(this);
    this.#history.dispose();
    this.file.close();
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#marks.lull();
    if (this.#changed) this.saveState();
    const now = performance.now();
    const restedMs = now - this.#lastOutputAt;
    const { screen } = this.#session.terminal;
    const { leftMs } = this.#screenPace;
    if (leftMs > 0) this.#look(leftMs);
    else if (this.#rests) this.#rest();
    else {
      if (screen.unparsedBytes === 0) this.#storeModes();
      else if (this.#modesDue && now - this.#parsedAt > PARSED_WITHIN_MS) this.#parseModes();
      this.#look(restedMs < REST_MS ? REST_MS - restedMs : REST_MS);
    }
  }

  #look(ms: number): void {
    this.#timer ??= setTimeout(() => this.#onTimer(), ms);
  }

  get #rests(): boolean {
    // Timers may fire slightly early.
    const rested = performance.now() - this.#lastOutputAt > REST_MS - 2;
    return rested && !this.#session.terminal.screen.unsettled;
  }

  #rest(): void {
    // Modes may change without anything being drawn.
    if (this.#drawn || this.#modesDue) this.#inTurn(() => this.#restAtLast());
    else this.#unmark();
  }

  /**
   * The first time, it is stored without waiting for a turn: until then a successor does not know
   * the modes.
   */
  #inTurn(store: () => void): void {
    if (!this.#everStored) store();
    else storingTurns.ask(this, store);
  }

  #restAtLast(): void {
    if (this.#disposed) return;
    if (!this.#rests) {
      // It has drawn in the meantime.
      this.#look(REST_MS);
      return;
    }
    this.#store();
    this.saveState();
    this.#history.rested();
    this.#unmark();
  }

  #unmark(): void {
    // Comes last: only now all that is stored is up to date.
    if (!this.#failed && this.#session.terminal.output.atRest) this.#marks.rested();
  }

  /** What the stored screen lacks, the program draws again; but it does not set its modes again. */
  #storeModes(): void {
    this.#parsedAt = performance.now();
    this.#modesDue = false;
    if (this.#session.terminal.screen.modesKey === this.#modes) return;
    this.#inTurn(() => {
      if (this.#disposed) return;
      if (this.#session.terminal.screen.unparsedBytes > 0) {
        this.#modesDue = true;
        return;
      }
      this.#store();
      this.saveState();
    });
  }

  /**
   * The program will not set its modes again, so they are stored at once; by the timer if that
   * takes too long.
   */
  #keepModes(): void {
    const { screen } = this.#session.terminal;
    const begun = performance.now();
    this.#modesDue = true;
    if (this.#modesPace.leftMs > 0 || screen.unparsedBytes > MODES_WITHIN_BYTES) return;
    screen.flush();
    const drawn = this.#drawn;
    this.#storeModes();
    this.#drawn = drawn;
    this.#modesPace.took(begun);
  }

  #parseModes(): void {
    this.#parsedAt = performance.now();
    this.#session.terminal.screen.whenParsed(() => {
      if (!this.#disposed && this.#session.terminal.screen.unparsedBytes === 0) this.#storeModes();
    });
  }

  #store(): void {
    const begun = performance.now();
    const { screen } = this.#session.terminal;
    this.#drawn = false;
    this.#modesDue = false;
    this.#everStored = true;
    this.#modes = screen.modesKey;
    this.#try(() => {
      const stored = Buffer.concat([sizeLine(screen), screen.serialize({ scrollback: 0 })]);
      this.#failed = !this.file.writeScreen(stored);
    });
    this.#screenPace.took(begun);
  }

  /**
   * If memory is short, a successor knows less, and there is no other harm.
   * @returns whether it was done
   */
  #try(action: () => void): boolean {
    if (this.#disposed) return true;
    try {
      action();
      return true;
    } catch (error) {
      if (!this.#failed)
        this.#log.info(`${this.#session.fullName}: not all is remembered: ${messageOf(error)}`);
      this.#failed = true;
      return false;
    }
  }
}
