/**
 * A program asks everything that can be asked, bent in every way; what it gets as input is judged by
 * what a report may look like. With nobody attached, and with a terminal that gives back whatever
 * it was sent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../support/process/bundle-esm.ts';
import { RawConnection, RawControl } from '../support/process/raw-client.ts';
import { repository } from '../support/repository.ts';
import type { Rig } from '../support/rig/rig.ts';

export interface QuestionReport {
  asked: number;
  /** Bytes of input. */
  got: number;
  /** Each kind of report, and how often it came. */
  reports: Record<string, number>;
}

/** By what programs tell them by, written from the documents of xterm, kitty and the protocol of OSC 7501. */
const REPORTS: Readonly<Record<string, RegExp>> = {
  DA1: /\x1b\[\?\d{1,2}(;\d{1,3})*c/y,
  DA2: /\x1b\[>\d{1,3};\d{1,5};\d{1,3}c/y,
  DA3: /\x1bP!\|[0-9A-F]{8}\x1b\\/y,
  DSR: /\x1b\[0n/y,
  CPR: /\x1b\[\??\d{1,4};\d{1,4}R/y,
  DECRPM: /\x1b\[\??\d{1,5};[0-4]\$y/y,
  color: /\x1b\]1[0-2];rgb:[0-9a-f]{4}\/[0-9a-f]{4}\/[0-9a-f]{4}(?:\x07|\x1b\\)/y,
  kitty: /\x1b\[\?\d{1,3}u/y,
  modifyOtherKeys: /\x1b\[>4;[0-3]m/y,
  XTVERSION: /\x1bP>\|codex-sessions\([\w.-]{1,40}\)\x1b\\/y,
  'color scheme': /\x1b\[\?997;[12]n/y,
  size: /\x1b\[8;\d{1,4};\d{1,4}t/y,
  'size in band': /\x1b\[48;\d{1,4};\d{1,4};0;0t/y,
  XTGETTCAP: /\x1bP0\+r(?:[0-9A-Fa-f;]{1,1024})?\x1b\\/y,
  DECRQSS: /\x1bP0\$r\x1b\\/y,
  'OSC 7501': /\x1b\]7501;\?\x1b\\/y,
  focus: /\x1b\[[IO]/y,
};
/** What only a terminal says: UTF-8, with no control character but those that frame it. */
const STRING = /\x1b[P\]_]([^\x00-\x1f\x7f]*)(?:\x1b\\|\x07)/y;

export async function questionProgram(place: string): Promise<string> {
  const program = join(place, 'question-program.mjs');
  await build(join(repository, 'test/fuzz/question-program.ts'), program);
  return `stty raw -echo; exec '${process.execPath}' '${program}'`;
}

export interface QuestionOptions {
  seed: number;
  bytes: number;
  attached: boolean;
  /** For all of it. */
  limitMs: number;
}

/** @throws Error where anything else than reports came in */
export async function questionFuzz(rig: Rig, options: QuestionOptions): Promise<QuestionReport> {
  const { seed, bytes, attached, limitMs } = options;
  const got = join(rig.root, 'got');
  const env = { SEED: String(seed), BYTES: String(bytes), GOT: got };
  const fullName = (await rig.ok(['start', '-d'], { env })).trim();
  const terminal = attached ? await EchoingTerminal.open(rig.socket, fullName) : undefined;
  await rig.waitUntil(() => existsSync(got), 'the last answer', limitMs);
  terminal?.close();
  const input = readFileSync(got, 'latin1');
  const reports = judge(input, attached);
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  return { asked: bytes, got: input.length, reports };
}

function judge(input: string, attached: boolean): Record<string, number> {
  const found: Record<string, number> = {};
  for (let at = 0; at < input.length; ) {
    const [kind, end] = reportAt(input, at) ?? (attached ? stringAt(input, at) : undefined) ?? [];
    if (kind === undefined || end === undefined)
      throw new Error(
        `typed at ${at} of ${input.length}: ${JSON.stringify(input.slice(Math.max(0, at - 60), at))} >>> ${JSON.stringify(input.slice(at, at + 120))}`,
      );
    found[kind] = (found[kind] ?? 0) + 1;
    at = end;
  }
  return found;
}

function reportAt(input: string, at: number): [string, number] | undefined {
  for (const [kind, pattern] of Object.entries(REPORTS)) {
    pattern.lastIndex = at;
    if (pattern.test(input)) return [kind, pattern.lastIndex];
  }
  return undefined;
}

function stringAt(input: string, at: number): [string, number] | undefined {
  STRING.lastIndex = at;
  const [, body] = STRING.exec(input) ?? [];
  if (body === undefined) return undefined;
  const text = Buffer.from(body, 'latin1').toString('utf8');
  return /[\u0080-\u009f\ufffd]/.test(text) ? undefined : ['of the terminal', STRING.lastIndex];
}

/** Sends back each string that it is sent, as an answer: some terminals have done that. */
class EchoingTerminal {
  readonly #control: RawControl;
  readonly #data: RawConnection;
  #rest = '';
  /** The answer to that is kept until it has been looked for. */
  #attached = false;

  static async open(path: string, fullName: string): Promise<EchoingTerminal> {
    const token = 'fedcba9876543210fedcba9876543210';
    const data = await RawConnection.connect(path);
    data.say({ type: 'data', token });
    const control = await RawControl.open(path);
    const terminal = new EchoingTerminal(control, data);
    await control.ask(
      { type: 'attach', fullName, terminal: { token, cols: 80, rows: 24 } },
      'attached',
    );
    terminal.#attached = true;
    return terminal;
  }

  private constructor(control: RawControl, data: RawConnection) {
    this.#control = control;
    this.#data = data;
    data.socket.on('data', (bytes: Buffer) => this.#onBytes(bytes.toString('latin1')));
  }

  close(): void {
    this.#control.close();
    this.#data.close();
  }

  #onBytes(text: string): void {
    this.#data.forget();
    if (this.#attached) this.#control.forget();
    const all = this.#rest + text;
    let end = 0;
    // Whole strings, with what a parser keeps of them: CAN and SUB end one, and nothing is said to it.
    for (const match of all.matchAll(/\x1b([P\]_])([^\x1b\x07\x18\x1a]{1,4000})(\x1b\\|\x07)/g)) {
      end = match.index + match[0].length;
      this.#data.send(Buffer.from(match[0], 'latin1'));
    }
    this.#rest = all.slice(Math.max(end, all.length - 8_000));
  }
}
