/**
 * Which folder of src may import which: the one table, from which the linter's rules in biome.json are
 * generated (`node scripts/import-rules.mjs`). `npm run lint` fails where they differ, where a folder
 * is missing here, and where an import goes against the table.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** From top to bottom: a folder imports only what is below it. */
const FOLDERS = {
  entry: ['cli', 'startup', 'store', 'platform'],
  cli: ['commands', 'codex', 'startup', 'store', 'terminal', 'platform'],
  commands: [
    ...['commands/doctor', 'commands/far', 'commands/shared', 'remote', 'client', 'ui', 'codex'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'commands/doctor': [
    ...['commands/shared', 'client', 'codex', 'startup'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'commands/far': [
    ...['commands/shared', 'remote', 'client', 'ui'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'commands/shared': [...['client', 'ui', 'codex', 'protocol', 'store', 'terminal', 'platform']],
  remote: ['client', 'protocol', 'store', 'terminal', 'platform'],
  ui: ['protocol', 'store', 'terminal', 'platform'],
  client: [
    ...['client/attach', 'client/scripting', 'client/start'],
    ...['client/sessions', 'client/connection'],
    ...['protocol', 'store', 'platform'],
  ],
  'client/start': [
    'client/sessions',
    'client/connection',
    'codex',
    'protocol',
    'store',
    'terminal',
    'platform',
  ],
  'client/scripting': [
    ...['client/sessions', 'client/connection', 'codex'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'client/attach': ['client/connection', 'protocol', 'store', 'terminal', 'platform'],
  'client/sessions': ['client/connection', 'protocol', 'store', 'terminal', 'platform'],
  'client/connection': ['protocol', 'store', 'terminal', 'platform'],
  supervisor: [
    ...['supervisor/guard', 'supervisor/hand-over', 'supervisor/server', 'supervisor/notices'],
    ...['supervisor/session'],
    ...['supervisor/program', 'supervisor/screen', 'supervisor/pty'],
    ...['codex', 'startup', 'protocol', 'store', 'platform'],
  ],
  'supervisor/guard': [
    ...['supervisor/hand-over', 'supervisor/server', 'supervisor/session', 'supervisor/memory'],
    ...['protocol', 'store', 'platform'],
  ],
  'supervisor/hand-over': [
    ...['supervisor/server', 'supervisor/session'],
    ...['protocol', 'store', 'platform'],
  ],
  'supervisor/server': ['supervisor/session', 'protocol', 'store', 'platform'],
  'supervisor/notices': [
    ...['supervisor/session', 'supervisor/pty'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'supervisor/session': [
    ...['supervisor/program', 'supervisor/screen', 'supervisor/memory', 'supervisor/pty'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'supervisor/memory': ['protocol'],
  'supervisor/program': [
    ...['supervisor/screen', 'supervisor/pty'],
    ...['protocol', 'store', 'terminal', 'platform'],
  ],
  'supervisor/screen': ['supervisor/pty', 'terminal', 'platform'],
  'supervisor/pty': ['platform'],
  codex: ['protocol', 'terminal', 'platform'],
  startup: ['protocol', 'store', 'platform'],
  store: ['terminal', 'platform'],
  protocol: [],
  terminal: ['platform'],
  platform: [],
};

/** Of these folders other rooms see only this file. */
const DOORS = { client: 'index.ts', remote: 'index.ts' };

/** Packages, and the folders that may import them. */
const PACKAGES = {
  '@xterm/headless': ['supervisor/screen'],
  'node-pty/*': ['supervisor/pty'],
  commander: ['cli'],
  '@inquirer/prompts': ['ui'],
  fuzzysort: ['ui'],
  execa: ['platform'],
  fzstd: ['codex'],
  'smol-toml': ['platform'],
  valibot: [
    'protocol',
    'store',
    'supervisor/guard',
    'supervisor/hand-over',
    'supervisor/memory',
    'supervisor/program',
    'supervisor/server',
    'supervisor/session',
  ],
};

const MESSAGE = 'Not allowed by the table in scripts/import-rules.mjs.';

/** Every folder with source files, and the folder of the table that it belongs to. */
function folders() {
  const all = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => posixPath(entry.parentPath ?? entry.path));
  return [...new Set(all)].sort().map((folder) => ({ folder, room: roomOf(folder) }));
}

const posixPath = (path) => relative(join(root, 'src'), path).replaceAll('\\', '/');

function roomOf(folder) {
  for (let at = folder; at !== '.'; at = dirname(at)) if (FOLDERS[at]) return at;
  throw new Error(`src/${folder} is not in the table of scripts/import-rules.mjs`);
}

/** The path that import statements in `folder` have for `target`. */
function specifier(folder, target) {
  const path = relative(folder, target).replaceAll('\\', '/');
  return path === '' ? '.' : path.startsWith('.') ? path : `./${path}`;
}

function override({ folder, room }, all) {
  const may = new Set([room, ...FOLDERS[room]]);
  const files = all
    .filter((other) => may.has(other.room))
    .map((other) => {
      const door = other.room === room ? undefined : DOORS[other.folder];
      return `!${specifier(folder, other.folder)}/${door ?? '*'}`;
    });
  const packages = Object.keys(PACKAGES)
    .filter((name) => PACKAGES[name].includes(room))
    .map((name) => `!${name}`);
  const group = ['**', '!node:*', '!node:*/*', ...packages, ...files];
  return {
    includes: [`src/${folder}/*.ts`],
    linter: {
      rules: {
        style: {
          noRestrictedImports: {
            level: 'error',
            options: { patterns: [{ group, message: MESSAGE }] },
          },
        },
      },
    },
  };
}

const path = join(root, 'biome.json');
const config = JSON.parse(readFileSync(path, 'utf8'));
const all = folders();
const others = config.overrides.filter(({ includes }) => !includes[0].startsWith('src/'));
const overrides = [...others, ...all.map((folder) => override(folder, all))];
if (!process.argv.includes('--check'))
  writeFileSync(path, `${JSON.stringify({ ...config, overrides }, null, 2)}\n`);
else if (JSON.stringify(overrides) !== JSON.stringify(config.overrides)) {
  console.error('biome.json does not fit the table: run "npm run lint:rules".');
  process.exit(1);
}
