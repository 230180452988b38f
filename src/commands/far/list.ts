/** `ls HOST/`: the sessions of another machine, under names that can be typed here. */
import { EXIT, UserError } from '../../platform/errors.ts';
import { exec, type Line, parseSessions } from '../../remote/index.ts';
import { printPainted, say } from '../../terminal/output.ts';
import { safeLines } from '../../terminal/safe-text.ts';
import { formatList, sortSessions } from '../../ui/list.ts';
import { listOptions } from '../shared/context.ts';

/** A thousand sessions take some 2 MB. */
const LIST_MAX_BYTES = 32 * 1024 * 1024;

export interface ListCommand {
  readonly host: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** @returns the exit code there */
export async function listFar(line: Line, { host, words, options }: ListCommand): Promise<number> {
  const { code, out, errors } = await outputOf(line, [...words, '--json']);
  if (code !== EXIT.ok) {
    say(safeLines(errors.trimEnd()));
    return code;
  }
  const sessions = parseSessions(out, host).map((session) => ({
    ...session,
    project: `${host}/${session.project}`,
    fullName: `${host}/${session.fullName}`,
  }));
  if (sessions.length === 0) {
    say(`No sessions on ${host}. "codex-sessions start -d ${host}/NAME" begins one.`);
    return EXIT.ok;
  }
  const look = listOptions({ full: options.full === true, wide: options.wide === true });
  const home = line.greeting.home || undefined;
  printPainted(formatList(sortSessions(sessions, ''), { ...look, home }));
  const lost = sessions.filter(({ state }) => state === 'lost').length;
  if (lost > 0) {
    const [were, them] = lost === 1 ? ['session was', 'it'] : ['sessions were', 'them'];
    say(`${lost} ${were} running; "codex-sessions restore ${host}/" brings ${them} back.`);
  }
  return EXIT.ok;
}

async function outputOf(
  line: Line,
  words: readonly string[],
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
      if (bytes > LIST_MAX_BYTES) reject(tooLong(line.host.name));
      else taken();
    };
    const request = { words, directory: line.host.directory, terminal: null };
    exec(line, request, { onBytes }).ended.then(resolve, reject);
  });
  const text = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('utf8');
  return { code, out: text(chunks.out), errors: text(chunks.errors) };
}

function tooLong(host: string): UserError {
  return new UserError(
    `the list of ${host} is over ${LIST_MAX_BYTES} bytes`,
    `Look there: ssh ${host} codex-sessions ls`,
  );
}
