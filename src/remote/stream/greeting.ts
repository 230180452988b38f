/**
 * The first line of the stream, by which the other machine identifies itself. The shell there may
 * print something before it, so it is searched for, within a limit.
 */
import { UserError } from '../../platform/errors.ts';

/** Changes only if frames do; anything else that is new is a feature. */
export const DIAL_PROTOCOL = 1;
/** `early`: what is sent on a channel before it is open is not lost. */
export const FEATURES = ['exec', 'socket', 'typed', 'early'] as const;

const MAGIC = 'codex-sessions-dial ';
/** How much a shell's start-up files may print before it. */
export const PRELUDE_MAX_BYTES = 64 * 1024;
const LINE_MAX_BYTES = 4 * 1024;
const LF = 0x0a;

export interface Greeting {
  readonly protocol: number;
  readonly version: string;
  readonly features: readonly string[];
  /** The home directory there, to shorten paths that are shown. */
  readonly home: string;
}

/** On a line of its own, whatever was printed before. */
export function encodeGreeting(greeting: Greeting): string {
  return `\n${MAGIC}${JSON.stringify(greeting)}\n`;
}

/** Searches for the greeting in received bytes. */
export class GreetingReader {
  #seen: Buffer = Buffer.alloc(0);

  /**
   * The greeting and the bytes after it; undefined until it has come.
   * @throws UserError if it does not come within the limit, or is invalid
   */
  push(chunk: Uint8Array): { readonly greeting: Greeting; readonly rest: Buffer } | undefined {
    this.#seen = Buffer.concat([this.#seen, chunk]);
    const at = this.#seen.indexOf(`\n${MAGIC}`);
    if (at < 0) {
      if (this.#seen.length > PRELUDE_MAX_BYTES) throw this.#missing();
      return undefined;
    }
    const from = at + 1 + MAGIC.length;
    const end = this.#seen.indexOf(LF, from);
    if (end < 0) {
      if (this.#seen.length - from > LINE_MAX_BYTES) throw senseless();
      return undefined;
    }
    const greeting = parse(this.#seen.toString('utf8', from, end));
    return { greeting, rest: this.#seen.subarray(end + 1) };
  }

  /** What was printed instead of it. */
  get prelude(): string {
    return this.#seen.toString('utf8', 0, PRELUDE_MAX_BYTES);
  }

  #missing(): UserError {
    return new UserError(
      'what comes from there is not from codex-sessions: its shell prints too much',
      'Look at what "ssh HOST true" prints: its start-up files must be silent without a terminal.',
    );
  }
}

function parse(text: string): Greeting {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw senseless();
  }
  const { protocol, version, features, home } = (value ?? {}) as Record<string, unknown>;
  if (
    typeof protocol !== 'number' ||
    typeof version !== 'string' ||
    !Array.isArray(features) ||
    !features.every((feature) => typeof feature === 'string')
  )
    throw senseless();
  return { protocol, version, features, home: typeof home === 'string' ? home : '' };
}

function senseless(): UserError {
  return new UserError(
    'what codex-sessions there says first cannot be understood',
    'Install the same version on both machines.',
  );
}
