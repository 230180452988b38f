/**
 * The detach and switch keys. Keys made of Ctrl and a character, such as the defaults, have a
 * scanner of their own, for which a chunk of plain text costs one search per key.
 */
import { usageError } from '../../platform/errors.ts';
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import { KEY_RULE, type NamedKey, readKey } from '../../terminal/key-names.ts';
import { safeJson } from '../../terminal/safe-text.ts';
import { type ControlKey, CTRL, controlKey, pressOf, SHIFT } from './key-presses.ts';
import {
  apart,
  type KeyAction,
  type KeyScanner,
  REST_OF_KEY_MS,
  type Scanned,
} from './key-scanner.ts';
import { PrefixScanner } from './prefix-scanner.ts';

/** @throws UserError (usage) for something that is not a key: {@link KEY_RULE} */
export function createKeyScanner(detachKey: string, switchKey: string): KeyScanner {
  const keys: [KeyAction, NamedKey][] = [];
  const add = (action: KeyAction, name: string) => {
    const key = readKey(name);
    if (!key)
      throw usageError(
        `${action}_key = ${safeJson(name)} is not a key that can be used`,
        `Use ${KEY_RULE}.`,
      );
    if (key !== 'none') keys.push([action, key]);
  };
  add('detach', detachKey);
  add('switch', switchKey);
  const areLone = keys.every(([, { prefix, key }]) => !prefix && key.modifier === 'ctrl');
  return areLone
    ? new ControlKeyScanner(keys.map(([action, { key }]) => [action, controlKey(key.char)]))
    : new PrefixScanner(keys);
}

class ControlKeyScanner implements KeyScanner {
  #tokenizer = new InputTokenizer();
  readonly #keys: readonly (readonly [KeyAction, ControlKey])[];

  constructor(keys: readonly (readonly [KeyAction, ControlKey])[]) {
    this.#keys = keys;
  }

  heldForMs(): number | undefined {
    return this.#tokenizer.holding ? REST_OF_KEY_MS : undefined;
  }

  get inPaste(): boolean {
    return this.#tokenizer.inPaste;
  }

  push(chunk: Uint8Array, now: number): Scanned {
    if (this.#tokenizer.isPlain(chunk)) return this.#scan([{ kind: 'text', bytes: chunk }]);
    return this.#scan(apart(this.#tokenizer.push(chunk, now)));
  }

  flush(): Scanned {
    return this.#scan(this.#tokenizer.flush());
  }

  drop(): void {
    this.#tokenizer.flush();
  }

  #scan(tokens: readonly Token[]): Scanned {
    const forward: Uint8Array[] = [];
    for (const [i, { kind, bytes }] of tokens.entries()) {
      const later = () => this.#after(tokens.slice(i + 1));
      if (kind === 'text') {
        const hit = this.#inText(bytes);
        if (hit) {
          if (hit.at > 0) forward.push(bytes.subarray(0, hit.at));
          return { forward, action: hit.action, rest: [bytes.subarray(hit.at + 1), ...later()] };
        }
      } else if (kind === 'key') {
        const action = this.#inSequence(bytes);
        if (action) return { forward, action, rest: later() };
      }
      forward.push(bytes);
    }
    return { forward, action: undefined };
  }

  /** The next listener reads the rest from its beginning. */
  #after(tokens: readonly Token[]): Uint8Array[] {
    const rest = [...tokens, ...this.#tokenizer.flush()].map(({ bytes }) => bytes);
    this.#tokenizer = new InputTokenizer();
    return rest;
  }

  #inText(bytes: Uint8Array): { at: number; action: KeyAction } | undefined {
    let first: { at: number; action: KeyAction } | undefined;
    for (const [action, key] of this.#keys) {
      const at = bytes.indexOf(key.byte);
      if (at >= 0 && (!first || at < first.at)) first = { at, action };
    }
    return first;
  }

  #inSequence(bytes: Uint8Array): KeyAction | undefined {
    const pressed = pressOf(bytes);
    if (!pressed || (pressed.modifiers & ~SHIFT) !== CTRL) return undefined;
    for (const [action, key] of this.#keys)
      if (pressed.codes.some((code) => key.codes.includes(code))) return action;
    return undefined;
  }
}
