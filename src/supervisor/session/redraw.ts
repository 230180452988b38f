/**
 * What a client's terminal is sent when it attaches, when it needs a redraw, and when it leaves: the
 * user's own screen contents are preserved, and the terminal's own scrollback gets each line once.
 */
import { CLIENT_KEYBOARD_POP } from '../../terminal/restore.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { Client, Held } from './client.ts';

/** For a terminal that shows the scaled view, on its alternate screen. */
export const LEAVE_SCALED = Buffer.from('\x1b[m\x1b[?25h\x1b[?1049l');

export class Redraw {
  readonly #terminal: ProgramTerminal;

  constructor(terminal: ProgramTerminal) {
    this.#terminal = terminal;
  }

  get #screen() {
    return this.#terminal.screen;
  }

  /** For a client that attaches. The user's own screen is scrolled up, never overwritten. */
  paint(client: Client): void {
    client.keyboardOverPops = this.#screen.keyboardOverPops;
    this.#draw(client, true, this.#linesOnAttach(client));
  }

  /** For a client whose terminal shows an outdated or damaged state of this session. */
  repaint(client: Client): void {
    // The output that it is held for may not be parsed yet.
    this.#screen.flush();
    const { held, shows } = client;
    if (!shows) {
      this.paint(client);
      return;
    }
    if (held) this.undoModes(client, held);
    else client.send(this.#screen.restoreSequence(client.modes.own));
    const moved = held?.moved ?? this.#isBelowOthers(client);
    // Only lines above the cursor are scrolled up.
    if (held && moved) client.send(Buffer.from(held.shown.below));
    this.#draw(client, moved, held ? this.#screen.shown.linesSince(held.shown, moved) : 0);
  }

  /** To be called when output stops going to the client, until it is drawn again. */
  hold(client: Client): void {
    this.#screen.flush();
    this.holdAsParsed(client);
  }

  /** As {@link hold}, from a callback of `whenParsed`. */
  holdAsParsed(client: Client): void {
    if (client.held || !client.shows) return;
    const shown = this.#screen.shown.asParsed(client.modes.own);
    if (!shown) return;
    client.held = { shown, undo: shown.undo, moved: this.#isBelowOthers(client) };
  }

  /**
   * If the program began below the user's lines, these stay above it until they have scrolled away.
   */
  #isBelowOthers({ placed, rows }: Client): boolean {
    return !placed && this.#screen.shown.linesAbove < rows;
  }

  /** Terminals differ in what they then do with the lines on their screen, so all of it is kept. */
  heldIsResized(held: Held): void {
    held.moved = true;
    held.shown = { ...held.shown, below: TO_BOTTOM };
  }

  undoModes(client: Client, held: Held): void {
    if (held.undo !== '') client.send(Buffer.from(held.undo));
    held.undo = '';
  }

  /** The restore sequence for a client if it leaves now. */
  restoreFor(client: Client): Uint8Array {
    const { held, isScaled } = client;
    const left = held && client.shows ? Buffer.from(held.undo + held.shown.below) : undefined;
    if (isScaled)
      return Buffer.concat([LEAVE_SCALED, left ?? EMPTY, Buffer.from(CLIENT_KEYBOARD_POP)]);
    if (!this.#terminal.output.spoke) return Buffer.from(CLIENT_KEYBOARD_POP);
    // Codex pops one entry more than it pushed: then the client's own is gone already.
    const popped = this.#screen.keyboardOverPops > client.keyboardOverPops;
    const pop = Buffer.from(popped ? '' : CLIENT_KEYBOARD_POP);
    return Buffer.concat([left ?? this.#screen.leaveSequence(client.modes.own), pop]);
  }

  /**
   * `scrollsUp`: the lines on the terminal's screen scroll into its scrollback; otherwise they are
   * overwritten.
   */
  #draw(client: Client, scrollsUp: boolean, lines: number | undefined): void {
    const whole = this.#paintsMain;
    if (whole) client.send(Buffer.from(scrollsUp ? scrollUp(client) : erase(client)));
    client.send(this.#screen.serialize({ scrollback: lines, main: whole }));
    const { title } = this.#terminal;
    if (title) client.send(title);
    if (client.held) this.#screen.shown.release(client.held.shown);
    client.held = undefined;
    client.shows = true;
    client.placed = whole;
  }

  /** Undefined: all. */
  #linesOnAttach({ scrollbackOnAttach, held }: Client): number | undefined {
    if (scrollbackOnAttach === 'none') return 0;
    if (scrollbackOnAttach === 'all' || !held) return undefined;
    return this.#screen.shown.linesSince(held.shown, true);
  }

  /** Whether the program has drawn on the main screen, so that the client's must show it. */
  get #paintsMain(): boolean {
    return !this.#screen.modes.altScreen || !this.#screen.mainIsBlank;
  }
}

/** More rows than any terminal has. */
const TO_BOTTOM = '\x1b[9999B\r\n';
const EMPTY = new Uint8Array(0);

function scrollUp({ rows }: Client): string {
  return `${'\r\n'.repeat(rows)}\x1b[H`;
}

/**
 * Leaves blank rows. It does not erase the whole screen at once, as VTE, Konsole, tmux, Apple's and
 * Windows Terminal would move its lines into their scrollback; tmux does so even for a `CSI J` in
 * the first cell.
 */
function erase({ rows }: Client): string {
  return `\x1b[r${rows > 1 ? '\x1b[2H\x1b[J' : ''}\x1b[H\x1b[K`;
}
