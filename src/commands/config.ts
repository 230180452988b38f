/**
 * `config`: prints the settings in effect here and where each comes from, or the path of the file.
 */
import { existsSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT, usageError } from '../platform/errors.ts';
import { homeDirectory } from '../platform/user-directories.ts';
import { configPath } from '../store/config.ts';
import { explainConfig, type Origin, type Setting } from '../store/config-origins.ts';
import { type Project, projectOf } from '../store/project.ts';
import { statePlace } from '../store/state-directory.ts';
import { print, printExactly, printJson, say } from '../terminal/output.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';
import { tilde } from '../ui/session-text.ts';
import { here } from './shared/context.ts';

interface Options {
  readonly cwd: string | undefined;
  readonly json: boolean;
}

export async function run(options: Options, [what]: readonly string[]): Promise<number> {
  if (what !== undefined && what !== 'path')
    throw usageError(`config does not know ${safeJson(what)}`, 'Use "config" or "config path".');
  if (what === 'path') return printPath();
  const { env } = process;
  const project = options.cwd === undefined ? here() : projectOf(options.cwd);
  const settings = await explainConfig(env, project);
  if (options.json) printJson(settings);
  else print(asToml(settings, project, options.cwd === undefined ? 'where you are' : 'flag -C'));
  return EXIT.ok;
}

/** Exact for a script, made safe for a terminal. */
function printPath(): number {
  const path = configPath(process.env);
  if (isatty(1)) print(safeText(path));
  else printExactly(path);
  if (!existsSync(path)) say('There is no such file: every setting is the default.');
  return EXIT.ok;
}

/** A file that would set the same values, with their origins as comments. */
function asToml(settings: readonly Setting[], { name, root }: Project, because: string): string {
  const { dir, from } = statePlace(process.env);
  const home = homeDirectory();
  const lines = settings.map(({ key, value, from: origin }) =>
    value === null
      ? ([`# ${key} is not set`, ''] as const)
      : ([`${key} = ${safeJson(value)}`, originText(origin, home)] as const),
  );
  const width = Math.min(WIDTH_MAX, Math.max(...lines.map(([line]) => line.length)));
  return [
    `# of the project ${name}, ${tilde(root, home)} (${because})`,
    `# state directory ${tilde(dir, home)} (${from === 'HOME' ? 'default' : from})`,
    ...lines.map(([line, origin]) => (origin ? `${line.padEnd(width)}  # ${origin}` : line)),
  ]
    .map((line) => safeText(line))
    .join('\n');
}

/** Width of the values; a longer one moves its origin to the right. */
const WIDTH_MAX = 40;

function originText(from: Origin, home: string): string {
  switch (from.type) {
    case 'environment':
      return from.variable;
    case 'file':
      return `${tilde(from.path, home)}:${from.line}`;
    case 'default':
      return 'default';
  }
}
