/** Gathers the output of a command on another machine, for commands that process it here. */
import { Readable } from 'node:stream';
import { UserError } from '../../platform/errors.ts';
import { exec, type Line, withOwnSsh } from '../../remote/index.ts';
import type { FarTerminal } from '../../terminal/far-terminal.ts';

/** A list of a thousand sessions has some 2 MB. */
const OUTPUT_MAX_BYTES = 32 * 1024 * 1024;

interface HowToRun {
  readonly terminal?: FarTerminal | null;
  /** Its standard input; empty if it is left out. */
  readonly input?: string;
}

/**
 * Runs a command there and returns what it prints.
 * @throws UserError as `exec`, and if the output is too large
 */
export async function outputOf(
  line: Line,
  words: readonly string[],
  { terminal = null, input }: HowToRun = {},
): Promise<{ readonly code: number; readonly out: string; readonly errors: string }> {
  const chunks: { readonly out: Uint8Array[]; readonly errors: Uint8Array[] } = {
    out: [],
    errors: [],
  };
  let bytes = 0;
  const code = await new Promise<number>((resolve, reject) => {
    const onBytes = (chunk: Uint8Array, isError: boolean, taken: () => void) => {
      bytes += chunk.length;
      (isError ? chunks.errors : chunks.out).push(chunk);
      if (bytes > OUTPUT_MAX_BYTES) reject(tooLong(line.host.name, words[0]));
      else taken();
    };
    const request = { words, directory: line.host.directory, terminal };
    const typed = input === undefined ? undefined : Readable.from([Buffer.from(input)]);
    exec(line, request, { onBytes }, typed).ended.then(resolve, reject);
  });
  const text = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('utf8');
  return { code, out: text(chunks.out), errors: withOwnSsh(text(chunks.errors), line.host) };
}

function tooLong(host: string, command = 'ls'): UserError {
  return new UserError(
    `what ${host} printed is over ${OUTPUT_MAX_BYTES} bytes`,
    command === 'log'
      ? 'With --no-pager it is shown as it comes, with -n less of it.'
      : `Look there: ssh ${host} codex-sessions ${command}`,
  );
}
