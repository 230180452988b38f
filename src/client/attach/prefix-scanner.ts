/**
 * Finds keys that come after a prefix, as in tmux (`ctrl+b d`), and keys with Alt. A prefix is held
 * back until the next key: if that is ours, the prefix is dropped; if it is the prefix again, one
 * is passed on; any other key, or none for a while, is preceded by the prefix.
 */
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import type { NamedKey } from '../../terminal/key-names.ts';
import { isModifierAlone, type Press, pressOf, StrokeMatcher } from './key-presses.ts';
import {
  apart,
  type KeyAction,
  type KeyScanner,
  REST_OF_KEY_MS,
  type Scanned,
} from './key-scanner.ts';

/** How long to wait for the key after a prefix; then the prefix goes to the program. */
const AFTER_PREFIX_MS = 500;

interface SoughtKey {
  readonly action: KeyAction;
  /** The prefix, or the key itself if it has no prefix. */
  readonly first: StrokeMatcher;
  readonly second: StrokeMatcher | undefined;
}

/** A key press, as one byte or as a sequence. */
type Typed = { readonly byte: number } | { readonly press: Press | undefined };

/** A prefix has been typed, and no key after it. */
interface Pending {
  /** The actions of which it is the prefix; at least one. */
  readonly keys: readonly SoughtKey[];
  /** When the prefix is passed on alone. */
  readonly until: number;
  /** The prefix, and the releases and lone modifiers after it. */
  readonly held: { readonly bytes: Uint8Array; readonly ofPrefix: boolean }[];
}

export class PrefixScanner implements KeyScanner {
  #tokenizer = new InputTokenizer();
  readonly #keys: readonly SoughtKey[];
  #pending: Pending | undefined;

  constructor(keys: readonly (readonly [KeyAction, NamedKey])[]) {
    this.#keys = keys.map(([action, { prefix, key }]) => ({
      action,
      first: new StrokeMatcher(prefix ?? key),
      second: prefix && new StrokeMatcher(key),
    }));
  }

  get inPaste(): boolean {
    return this.#tokenizer.inPaste;
  }

  heldForMs(now: number): number | undefined {
    if (this.#tokenizer.holding) return REST_OF_KEY_MS;
    return this.#pending && Math.max(0, this.#pending.until - now);
  }

  push(chunk: Uint8Array, now: number): Scanned {
    const isPlain = this.#tokenizer.isPlain(chunk);
    return this.#scan(
      isPlain ? [{ kind: 'text', bytes: chunk }] : apart(this.#tokenizer.push(chunk, now)),
      now,
    );
  }

  /** An incomplete sequence that is held back counts as a key, so no prefix is pending after it. */
  flush(): Scanned {
    const forward = [...this.#giveUp(), ...this.#tokenizer.flush().map(({ bytes }) => bytes)];
    return { forward, action: undefined };
  }

  drop(): void {
    this.#pending = undefined;
    this.#tokenizer.flush();
  }

  #scan(tokens: readonly Token[], now: number): Scanned {
    const forward: Uint8Array[] = [];
    for (const [i, token] of tokens.entries()) {
      const found =
        token.kind === 'text'
          ? this.#inText(token.bytes, now, forward)
          : this.#inSequence(token, now, forward);
      if (!found) continue;
      const later = [...tokens.slice(i + 1), ...this.#tokenizer.flush()];
      // The next listener reads the rest from its beginning.
      this.#tokenizer = new InputTokenizer();
      const rest = [found.rest, ...later.map(({ bytes }) => bytes)];
      return { forward, action: found.action, rest };
    }
    return { forward, action: undefined };
  }

  /** Passes on what is not ours, up to the first action. */
  #inText(
    bytes: Uint8Array,
    now: number,
    forward: Uint8Array[],
  ): { readonly action: KeyAction; readonly rest: Uint8Array } | undefined {
    for (let at = 0; at < bytes.length; ) {
      const next = this.#pending ? at : this.#firstIn(bytes, at);
      if (next > at) forward.push(bytes.subarray(at, next));
      if (next === bytes.length) return undefined;
      at = next + 1;
      const key = bytes.subarray(next, at);
      const action = this.#key({ byte: key[0] ?? 0 }, key, now, forward);
      if (action) return { action, rest: bytes.subarray(at) };
    }
    return undefined;
  }

  /** Where the first key that may be ours begins; the length if there is none. */
  #firstIn(bytes: Uint8Array, from: number): number {
    let first = bytes.length;
    for (const { first: matcher } of this.#keys) {
      const at = matcher.byte === undefined ? -1 : bytes.indexOf(matcher.byte, from);
      if (at >= 0 && at < first) first = at;
    }
    return first;
  }

  #inSequence(
    { kind, bytes }: Token,
    now: number,
    forward: Uint8Array[],
  ): { readonly action: KeyAction; readonly rest: Uint8Array } | undefined {
    const isAside = kind === 'release' || (kind === 'key' && isModifierAlone(bytes));
    if (isAside && this.#pending) {
      const press = kind === 'release' ? pressOf(bytes) : undefined;
      const ofPrefix = this.#pending.keys.some(({ first }) => press && first.isReleasedBy(press));
      this.#pending.held.push({ bytes, ofPrefix });
    } else if (kind === 'key' && !isAside) {
      const action = this.#key({ press: pressOf(bytes) }, bytes, now, forward);
      return action && { action, rest: bytes.subarray(bytes.length) };
    } else {
      if (kind === 'paste' || kind === 'click') forward.push(...this.#giveUp());
      // Replies, focus reports and mouse motion are not typed: they neither wait nor decide what a
      // prefix was for.
      forward.push(bytes);
    }
    return undefined;
  }

  #key(typed: Typed, bytes: Uint8Array, now: number, forward: Uint8Array[]): KeyAction | undefined {
    const pending = this.#pending;
    if (pending) {
      const ours = pending.keys.find(({ second }) => is(second, typed));
      if (ours || pending.keys.some(({ first }) => is(first, typed))) {
        this.#pending = undefined;
        for (const held of pending.held) if (!held.ofPrefix) forward.push(held.bytes);
        if (!ours) forward.push(bytes);
        return ours?.action;
      }
      forward.push(...this.#giveUp());
    }
    const begun = this.#keys.filter(({ first }) => is(first, typed));
    const lone = begun.find(({ second }) => !second);
    if (lone) return lone.action;
    if (begun.length === 0) forward.push(bytes);
    else
      this.#pending = {
        keys: begun,
        until: now + AFTER_PREFIX_MS,
        held: [{ bytes, ofPrefix: true }],
      };
    return undefined;
  }

  /** Returns what a pending prefix has held back. */
  #giveUp(): Uint8Array[] {
    const held = this.#pending?.held ?? [];
    this.#pending = undefined;
    return held.map(({ bytes }) => bytes);
  }
}

function is(matcher: StrokeMatcher | undefined, typed: Typed): boolean {
  if (!matcher) return false;
  if ('byte' in typed) return matcher.byte === typed.byte;
  return typed.press !== undefined && matcher.matches(typed.press);
}
