/** Finds out what a Codex supports, from its own `--help` and `--version`. */
import { parseHelpFlags } from './flags.ts';
import { cachedProbe, identityOf, keepProbe, type Probe } from './probe-cache.ts';
import { isCodexItself } from './program-kind.ts';
import { type Output, outputOf, type Place } from './program-output.ts';

export const NOTHING_KNOWN: Probe = { noDaemon: false, version: undefined, flags: undefined };

/**
 * 0.169 answers in 60–300 ms, later on a loaded machine; a program that is not Codex may never
 * answer.
 */
const PROBE_TIME_LIMIT_MS = 3_000;
/** A program that did not answer in time may just have been slow: it is probed again after this. */
const SILENCE_KEPT_MS = 10 * 60_000;
/** The version of builds from source, which says nothing about what they support. */
const UNNUMBERED = '0.0.0';

/**
 * What `binary` supports when it is run at `place`. Codex itself is asked once, until its file
 * changes. Any other program (see {@link isCodexItself}) is asked for its version each time, as the
 * version may differ between directories and after an upgrade, and for its flags once for each
 * version. Never fails: if the program says nothing usable within {@link PROBE_TIME_LIMIT_MS}, the
 * result is {@link NOTHING_KNOWN} or similar. Creates `cacheDir`.
 */
export async function probe(binary: string, cacheDir: string, place: Place): Promise<Probe> {
  try {
    const asked = { binary, cacheDir, place, identity: identityOf(binary) };
    return await (isCodexItself(binary) ? probeItself(asked) : probeThrough(asked));
  } catch {
    // It was removed just now.
    return NOTHING_KNOWN;
  }
}

interface Asked {
  readonly binary: string;
  readonly cacheDir: string;
  readonly place: Place;
  readonly identity: string;
}

async function probeItself(asked: Asked): Promise<Probe> {
  const { binary, cacheDir, identity } = asked;
  const known = cachedProbe({ binary }, cacheDir);
  if (known !== undefined) return known;
  const [help, version] = await Promise.all([ask(asked, '--help'), ask(asked, '--version')]);
  const result = judge(help, version);
  const until = result.flags ? null : Date.now() + SILENCE_KEPT_MS;
  keepProbe({ binary }, cacheDir, identity, result, until);
  return result;
}

async function probeThrough(asked: Asked): Promise<Probe> {
  const { binary, cacheDir, identity, place } = asked;
  const here = { binary, variant: `in ${place.cwd} with ${place.env.PATH}` };
  const silent = cachedProbe(here, cacheDir);
  if (silent !== undefined) return silent;
  const version = await ask(asked, '--version');
  const number = version.inTime ? versionIn(version) : undefined;
  const numbered = number !== undefined && number !== UNNUMBERED;
  const known = numbered && cachedProbe({ binary, variant: number }, cacheDir);
  if (known) return known;
  const help = version.inTime ? await ask(asked, '--help') : version;
  const result = judge(help, version);
  if (!help.inTime) keepProbe(here, cacheDir, identity, result, Date.now() + SILENCE_KEPT_MS);
  else if (numbered && result.flags)
    keepProbe({ binary, variant: number }, cacheDir, identity, result, null);
  return result;
}

function ask({ binary, place }: Asked, argument: string): Promise<Output> {
  return outputOf(binary, [argument], PROBE_TIME_LIMIT_MS, place);
}

function judge(help: Output, version: Output): Probe {
  const flags = help.text === undefined ? undefined : parseHelpFlags(help.text);
  const answered = flags !== undefined && flags.size > 0;
  return {
    noDaemon: answered && flags.has('--no-daemon'),
    version: versionIn(version),
    flags: answered ? flags : undefined,
  };
}

function versionIn({ text = '' }: Output): string | undefined {
  // `codex-cli 0.171.0`; the version of another program says nothing about what it supports.
  return /\bcodex[\w-]* v?(\d+\.\d+\.\d+(?:-[\w.]+)?)\b/i.exec(text.slice(0, 200))?.[1];
}
