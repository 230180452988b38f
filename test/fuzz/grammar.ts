/**
 * Makes messages from the schemas that check them, so that a message which is added tomorrow is
 * attacked tomorrow: valid ones, and those with one or more things wrong with them.
 */
import { Request } from '../../src/protocol/messages.ts';
import type { Random } from '../support/screen/screen-streams.ts';

/** What of a valibot schema is looked at. */
interface Schema {
  type: string;
  literal?: unknown;
  entries?: Record<string, Schema>;
  item?: Schema;
  wrapped?: Schema;
  options?: readonly unknown[];
  pipe?: readonly { type: string; requirement?: unknown }[];
}

export type Json = unknown;
type Fields = Record<string, Json>;

export const REQUESTS: readonly { type: string; schema: Schema }[] = (
  Request.options as unknown as Schema[]
).map((schema) => ({ type: String(schema.entries?.type?.literal), schema }));

const HEX = '0123456789abcdef';
export const NASTY_TEXT: readonly string[] = [
  '',
  '\ud800',
  '\udc00x',
  '\0',
  '\n',
  '../../etc/passwd',
  '-rf',
  '/',
  '\u202etxt',
  'e\u0301'.repeat(50),
  '\x1b]0;owned\x07',
  '__proto__',
  'x'.repeat(10_000),
  '漢字🙂',
  '$(touch owned)',
];
export const NASTY_NUMBERS: readonly number[] = [
  -1,
  0,
  1,
  0.5,
  -0,
  1e308,
  2 ** 53,
  2 ** 31,
  4_294_967_296,
  1_001,
  Number.MIN_VALUE,
];

/** `texts` gives what a field of this name may hold, where something special is wanted. */
export class Grammar {
  readonly #random: Random;
  readonly #texts: (field: string) => string | undefined;

  constructor(random: Random, texts: (field: string) => string | undefined) {
    this.#random = random;
    this.#texts = texts;
  }

  valid(schema: Schema, field = ''): Json {
    switch (schema.type) {
      case 'object':
        return this.#object(schema);
      case 'literal':
        return schema.literal;
      case 'string':
        return this.#text(schema, field);
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.#random.chance(50);
      case 'array':
        return Array.from({ length: this.#random.int(4) }, () =>
          this.valid(schema.item as Schema, field),
        );
      case 'record':
        return Object.fromEntries(
          Array.from({ length: this.#random.int(4) }, (_, i) => [`KEY_${i}`, this.nastyText()]),
        );
      case 'picklist':
        return this.#random.pick(schema.options as readonly unknown[]);
      case 'optional':
      case 'nullable':
        return this.valid(schema.wrapped as Schema, field);
      default:
        throw new Error(`the fuzzer does not know the schema ${schema.type}: teach it`);
    }
  }

  /** Changes one to three things, anywhere in the message. */
  mutated(message: Fields): Json {
    let changed: Json = message;
    for (let n = 1 + this.#random.int(3); n > 0; n--) changed = this.#mutate(changed);
    return changed;
  }

  nastyText(): string {
    return this.#random.pick(NASTY_TEXT);
  }

  anything(): Json {
    const random = this.#random;
    switch (random.int(9)) {
      case 0:
        return null;
      case 1:
        return random.chance(50);
      case 2:
        return random.pick(NASTY_NUMBERS);
      case 3:
        return [];
      case 4:
        return {};
      case 5:
        return Array.from({ length: random.int(200) }, () => random.pick(NASTY_NUMBERS));
      case 6:
        return nested(1 + random.int(300));
      case 7:
        return { length: 5, toString: 1, constructor: null };
      default:
        return this.nastyText();
    }
  }

  #object(schema: Schema): Fields {
    const fields: Fields = {};
    for (const [name, entry] of Object.entries(schema.entries ?? {}))
      if (entry.type !== 'optional' || this.#random.chance(50))
        fields[name] = this.valid(entry, name);
    return fields;
  }

  #text(schema: Schema, field: string): string {
    const special = this.#texts(field);
    if (special !== undefined) return special;
    const regex = schema.pipe?.find(({ type }) => type === 'regex')?.requirement as
      | RegExp
      | undefined;
    if (!regex) return this.#random.chance(20) ? this.nastyText() : 'ordinary';
    const hex = (length: number) =>
      Array.from({ length }, () => HEX[this.#random.int(16)]).join('');
    const texts = [8, 32, 16, 36, 1].map(hex);
    texts.push(
      `rgb:${hex(4)}/${hex(4)}/${hex(4)}`,
      `${this.#random.int(256)}:${this.#random.int(9)}`,
    );
    const text = texts.find((one) => regex.test(one));
    if (text !== undefined) return text;
    throw new Error(`the fuzzer makes no text for ${regex}: teach it`);
  }

  #number(schema: Schema): number {
    const of = (wanted: string) =>
      Number(schema.pipe?.find(({ type }) => type === wanted)?.requirement ?? Number.NaN);
    const least = of('min_value') || 0;
    const most = of('max_value') || 1_000;
    return least + this.#random.int(most - least + 1);
  }

  #mutate(value: Json): Json {
    const random = this.#random;
    if (typeof value !== 'object' || value === null || random.chance(5)) return this.anything();
    const copy = structuredClone(value) as Fields;
    const names = Object.keys(copy);
    const name = names[random.int(names.length)];
    const action = random.int(10);
    if (name === undefined || action === 0) return { ...copy, [this.nastyText()]: this.anything() };
    if (action <= 2) delete copy[name];
    else if (action <= 6) copy[name] = this.#mutate(copy[name]);
    else copy[name] = this.anything();
    return copy;
  }
}

export function nested(depth: number): Json {
  let value: Json = 0;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
