/**
 * Prints the output of a command on another machine. In a terminal, control characters in it are
 * made harmless, as the text is a stranger's.
 */
import { StringDecoder } from 'node:string_decoder';
import { isatty } from 'node:tty';
import { type FarOutput, type Host, withOwnSsh } from '../../remote/index.ts';
import { sayPainted, whenWritten, writeRelayed } from '../../terminal/output.ts';
import { safePainted } from '../../terminal/safe-text.ts';

/** A longer line is printed in parts. */
const LINE_MAX_CHARACTERS = 64 * 1024;

export class FarPrinter implements FarOutput {
  readonly #out: Lines;
  readonly #errors: Lines;

  /** `prefix`: printed before each line of standard output; `advises`: its output is advice, too. */
  constructor(host: Host, { prefix, advises }: { prefix: string; advises: boolean }) {
    this.#errors = new Lines((text) => sayPainted(withOwnSsh(text.replace(/\n$/, ''), host)));
    const prefixed = (text: string) => {
      const own = advises ? withOwnSsh(text, host) : text;
      if (prefix === '') return own;
      const isNamed = (line: string) => line === '' || line.startsWith(prefix);
      return own
        .split('\n')
        .map((line) => (isNamed(line) ? line : prefix + line))
        .join('\n');
    };
    const safe = isatty(1) ? safePainted : (text: string) => text;
    this.#out = new Lines((text) => writeRelayed(Buffer.from(safe(prefixed(text))), () => {}));
    this.#exact = prefix === '' && !isatty(1);
  }

  /** In a file or a pipe the bytes are unchanged. */
  readonly #exact: boolean;

  onBytes(bytes: Uint8Array, errors: boolean, taken: () => void): void {
    if (errors) this.#errors.push(bytes);
    else if (this.#exact) {
      writeRelayed(bytes, taken);
      return;
    } else this.#out.push(bytes);
    void whenWritten().then(taken);
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    this.#out.end();
    this.#errors.end();
    await whenWritten();
  }
}

/** Splits bytes into whole lines of text. */
class Lines {
  readonly #print: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  push(bytes: Uint8Array): void {
    this.#rest += this.#decoder.write(Buffer.from(bytes));
    const end = this.#rest.length > LINE_MAX_CHARACTERS ? this.#rest.length : this.#lastEnd();
    if (end === 0) return;
    this.#print(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end);
  }

  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#print(rest);
  }

  #lastEnd(): number {
    return this.#rest.lastIndexOf('\n') + 1;
  }
}
