/**
 * What a program may set in a terminal besides modes, and what would stay set after it: progress,
 * pointer shape, side margins, key encodings … Kept under a name, as the sequences that set and
 * undo it. Sources: xterm ctlseqs; ConEmu, "OSC 9;4"; kitty, "Mouse pointer shapes" and "Color
 * control".
 */
import type { HookTarget } from './parser-hooks.ts';

interface Setting {
  /**
   * Empty: not sent to other terminals, as it would keep the user from leaving, or from seeing
   * anything.
   */
  readonly set: string;
  readonly undo: string;
}

/** kitty knows some 270 names of colours; no other kind of setting has this many. */
const SETTINGS_MAX = 400;
const POINTERS_MAX = 16;
const PROGRESS = /^4;([0-4])(?:;(\d{0,3}))?$/;
const POINTER = /^([=>]?)([\w-]{0,40}(?:,[\w-]{1,40}){0,7})$/;
const COLOR = /^([a-z0-9_]{1,40})(?:=([\w:#/.,%-]{0,64}))?$/;
const SPECIAL_COLOR = /^([0-4]);([\w:#/.,%-]{1,64})$/;
/** DECSCL, with xterm's own default; leaving VT52 mode makes the terminal a VT100. */
const VT420 = '\x1b[64;1"p';
/**
 * Resources of XTMODKEYS and XTFMTKEYS; the fourth one of XTMODKEYS is modifyOtherKeys of
 * ExtraState.
 */
const KEYS_MAX = 7;
const OTHER_KEYS = 4;
/**
 * Keyboard action mode locks the keyboard. Send/receive mode: when reset, the terminal echoes keys
 * itself.
 */
const KAM = 2;
const SRM = 12;

export class LastingSettings {
  /**
   * A terminal in VT52 mode does not understand any other sequence. Not sent to other terminals.
   */
  vt52 = false;
  readonly #settings = new Map<string, Setting>();
  /** kitty's stack of pointer shapes; the first one is set without a push. */
  #pointers: string[] = [];

  /** Sets on another terminal what the program has set. */
  get setSequence(): string {
    return [...this.#settings.values()].map(({ set }) => set).join('') + this.#pointerSequence;
  }

  get undoSequence(): string {
    const undone = [...this.#settings.values()].map(({ undo }) => undo).join('');
    return (this.vt52 ? `\x1b<${VT420}` : '') + undone + this.undoPointer;
  }

  /** kitty has one for each screen. */
  get undoPointer(): string {
    const pops = '\x1b]22;<\x1b\\'.repeat(Math.max(0, this.#pointers.length - 1));
    return this.#pointers.length > 0 ? `${pops}\x1b]22;\x1b\\` : '';
  }

  get #pointerSequence(): string {
    return this.#pointers
      .map((names, i) =>
        i === 0 && names === '' ? '' : `\x1b]22;${i > 0 ? '>' : ''}${names}\x1b\\`,
      )
      .join('');
  }

  put(name: string, set: string, undo: string): void {
    // Deleted first, so that the last one set is the last in order.
    this.#settings.delete(name);
    if (this.#settings.size < SETTINGS_MAX) this.#settings.set(name, { set, undo });
  }

  drop(name: string): void {
    this.#settings.delete(name);
  }

  /** RIS: a terminal may keep its progress and pointer, so these are still undone. */
  reset(): void {
    const progress = this.#settings.get('progress');
    this.#settings.clear();
    this.vt52 = false;
    if (progress) this.put('progress', '', progress.undo);
    if (this.#pointers.length > 0) this.#pointers = [''];
  }

  attach(parser: HookTarget): void {
    this.#attachStrings(parser);
    this.#attachKeys(parser);
    this.#attachTraps(parser);
    parser.registerCsiHandler({ prefix: '>', final: 's' }, ([value]) =>
      this.#level('shift-escape', value, 's', 0),
    );
    parser.registerCsiHandler({ prefix: '>', final: 'p' }, ([value]) =>
      this.#level('pointer-mode', value, 'p', 1),
    );
    parser.registerCsiHandler({ prefix: '>', final: 't' }, (params) => {
      for (const value of params)
        if (isBelow(value, 4)) this.put(`title-${value}`, `\x1b[>${value}t`, '\x1b[>T');
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'T' }, (params) => {
      for (const value of params) this.drop(`title-${value}`);
      return true;
    });
  }

  #attachStrings(parser: HookTarget): void {
    parser.registerOscHandler(9, (data) => {
      const [, state, percent] = PROGRESS.exec(data) ?? [];
      if (state === '0') this.drop('progress');
      else if (state)
        this.put('progress', `\x1b]9;4;${state};${percent || 0}\x1b\\`, '\x1b]9;4;0;0\x1b\\');
      return true;
    });
    parser.registerOscHandler(22, (data) => {
      this.#point(data);
      return true;
    });
    parser.registerOscHandler(21, (data) => {
      for (const item of data.split(';')) {
        const [, key, value] = COLOR.exec(item) ?? [];
        if (key === undefined || value === '?') continue;
        if (value === undefined) this.drop(`color-${key}`);
        else this.put(`color-${key}`, `\x1b]21;${key}=${value}\x1b\\`, `\x1b]21;${key}\x1b\\`);
      }
      return true;
    });
    parser.registerOscHandler(5, (data) => {
      const [, index, color] = SPECIAL_COLOR.exec(data) ?? [];
      if (index !== undefined)
        this.put(`special-${index}`, `\x1b]5;${index};${color}\x1b\\`, `\x1b]105;${index}\x1b\\`);
      return true;
    });
    parser.registerOscHandler(105, (data) => {
      for (let i = 0; i < 5; i++) if (data === '' || data === `${i}`) this.drop(`special-${i}`);
      return true;
    });
  }

  #point(data: string): void {
    if (data.startsWith('<')) {
      this.#pointers.pop();
      return;
    }
    const [, how, names] = POINTER.exec(data) ?? [];
    if (names === undefined) return;
    if (how === '>') {
      if (this.#pointers.length === 0) this.#pointers.push('');
      this.#pointers.push(...names.split(','));
      if (this.#pointers.length > POINTERS_MAX)
        this.#pointers.splice(1, this.#pointers.length - POINTERS_MAX);
      return;
    }
    const [name = ''] = names.split(',');
    if (this.#pointers.length > 1) this.#pointers[this.#pointers.length - 1] = name;
    else this.#pointers = name === '' ? [] : [name];
  }

  #attachKeys(parser: HookTarget): void {
    for (const [final, name] of [
      ['m', 'modify'],
      ['f', 'format'],
    ] as const)
      parser.registerCsiHandler({ prefix: '>', final }, ([key, value]) => {
        if (!isBelow(key, KEYS_MAX + 1) || (final === 'm' && key === OTHER_KEYS)) return false;
        const undo = `\x1b[>${key}${final}`;
        if (!isBelow(value, 10)) this.drop(`${name}-${key}`);
        else this.put(`${name}-${key}`, `\x1b[>${key};${value}${final}`, undo);
        return true;
      });
    parser.registerCsiHandler({ prefix: '>', final: 'n' }, ([key]) => {
      if (!isBelow(key, KEYS_MAX + 1) || key === OTHER_KEYS) return false;
      this.put(`modify-${key}`, `\x1b[>${key}n`, `\x1b[>${key}m`);
      return true;
    });
  }

  /**
   * A setting that keeps the user from typing or from seeing anything: it is undone, and not sent
   * to other terminals.
   */
  #attachTraps(parser: HookTarget): void {
    const ansi = (on: boolean) => (params: Params) => {
      if (params.includes(KAM)) this.#toggle('locked', on, '', '\x1b[2l');
      if (params.includes(SRM)) this.#toggle('echo', !on, '\x1b[12l', '\x1b[12h');
      return false;
    };
    parser.registerCsiHandler({ final: 'h' }, ansi(true));
    parser.registerCsiHandler({ final: 'l' }, ansi(false));
    parser.registerCsiHandler({ final: 'i' }, ([value]) => {
      if (value === 4 || value === 5) this.#toggle('printer', value === 5, '', '\x1b[4i');
      return false;
    });
    parser.registerCsiHandler({ intermediates: '"', final: 'p' }, () => {
      this.put('level', '', VT420);
      return false;
    });
    for (const final of ['F', 'G'])
      parser.registerEscHandler({ intermediates: ' ', final }, () => {
        this.#toggle('8-bit', final === 'G', '', '\x1b F');
        return false;
      });
  }

  #toggle(name: string, on: boolean, set: string, undo: string): void {
    if (on) this.put(name, set, undo);
    else this.drop(name);
  }

  #level(name: string, value: Params[number] | undefined, final: string, usual: number): boolean {
    if (value === usual) this.drop(name);
    else if (isBelow(value, 4)) this.put(name, `\x1b[>${value}${final}`, `\x1b[>${usual}${final}`);
    return true;
  }
}

type Params = (number | number[])[];

function isBelow(value: Params[number] | undefined, limit: number): value is number {
  return typeof value === 'number' && value >= 0 && value < limit;
}
