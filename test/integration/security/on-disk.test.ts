/** What is written to a disk, and for how long: nothing but what docs/reliability.md says. */
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RawControl } from '../../support/process/raw-client.ts';
import { base64 } from '../../support/rig/reporter.ts';
import { ANSWERS, createRig, type Rig } from '../../support/rig/rig.ts';
import { logTail } from '../../support/terminal/show.ts';

/** Nothing else would be called so. */
const WORDS = {
  variable: 'ValueOfAVariable-7319',
  home: 'HomeOfTheUser-4410',
  path: 'PlaceForPrograms-6254',
  agent: 'AgentOfTheUser-8871',
  codexHome: 'HomeOfCodex-7702',
  program: 'ProgramOfTheUser-3948',
  argument: 'ArgumentOfTheSession-5083',
  typed: 'TypedIntoIt-2648',
  title: 'TitleOfTheSession-4821',
  report: 'ReportOfTheSession-9034',
  screen: 'ScreenOfTheSession-5517',
  name: 'name-of-the-session-1186',
  directory: 'DirectoryOfTheSession-3307',
};
type Word = keyof typeof WORDS;

/** It says what it has to say, and shows nothing of what is typed. */
const PROGRAM = `${ANSWERS}
stty -echo
printf '\\033]0;${WORDS.title}\\007\\033]7501;state=blocked:msg=${base64(WORDS.report)}\\033\\\\'
echo ${WORDS.screen}
exec cat >/dev/null`;

function environmentOf(rig: Rig): Record<string, string> {
  mkdirSync(join(rig.root, WORDS.home));
  return {
    CODEX_SESSIONS_SNAPSHOT: '',
    SECRET: WORDS.variable,
    HOME: join(rig.root, WORDS.home),
    PATH: `${rig.env.PATH}:${join(rig.root, WORDS.path)}`,
    SSH_AUTH_SOCK: join(rig.root, WORDS.agent),
    CODEX_HOME: join(rig.root, WORDS.codexHome),
    CODEX_SESSIONS_CODEX: rig.program(WORDS.program, PROGRAM),
  };
}

/** Of all files, links and their names below: which have the word, as bytes or as UTF-16. */
function holding(rig: Rig, word: Word): string[] {
  const forms = [Buffer.from(WORDS[word]), Buffer.from(WORDS[word], 'utf16le')];
  const files = [rig.stateDir, join(rig.root, WORDS.home)].flatMap((top) =>
    readdirSync(top, { recursive: true, withFileTypes: true }).map((entry) => ({
      name: join(entry.parentPath.slice(top.length + 1), entry.name),
      path: join(entry.parentPath, entry.name),
      entry,
    })),
  );
  expect(files.length).toBeGreaterThan(5);
  return files
    .filter(({ name, path, entry }) => {
      const content = entry.isFile()
        ? readFileSync(path)
        : Buffer.from(entry.isSymbolicLink() ? readlinkSync(path) : '');
      const all = Buffer.concat([Buffer.from(`${name}\n`), content]);
      return forms.some((form) => all.includes(form));
    })
    .map(({ name }) => name)
    .sort();
}

const whatHolds = (rig: Rig) =>
  Object.fromEntries(
    (Object.keys(WORDS) as Word[]).map((word) => [word, holding(rig, word)]),
  ) as Record<Word, string[]>;

const NOWHERE = Object.fromEntries(Object.keys(WORDS).map((word) => [word, [] as string[]]));

const agentsOf = (rig: Rig) =>
  readdirSync(join(rig.stateDir, 'agents')).map((name) => join('agents', name));

/** What is known of the program, for whoever starts it next. */
function learntOf(rig: Rig): string {
  const names = readdirSync(join(rig.stateDir, 'cache')).filter((name) =>
    /^codex-.*\.json$/.test(name),
  );
  const holds = (name: string) =>
    readFileSync(join(rig.stateDir, 'cache', name), 'utf8').includes(WORDS.program);
  return join('cache', names.find(holds) ?? '');
}

test('of a session, its record and names in the log; of the environment, nothing', async () => {
  const rig = createRig({ codex: null });
  const env = environmentOf(rig);
  const cwd = rig.project(WORDS.directory);
  const { name } = WORDS;
  const fullName = (await rig.ok(['start', '-d', name, '--', WORDS.argument], { cwd, env })).trim();
  const screen = async () => (await rig.ok(['peek', name], { cwd, env })).includes(WORDS.screen);
  await rig.waitUntil(screen, 'its screen');
  await rig.ok(['send', name, '--force', '--no-submit', WORDS.typed], { cwd, env });
  const log = () => readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8');
  const made = () => log().includes('made a start-up snapshot');
  await rig.waitUntil(made, `a snapshot${logTail(rig.stateDir)}`);
  // From the snapshot, and without.
  for (const more of [{}, { CODEX_SESSIONS_SNAPSHOT: 'none' }])
    for (const command of ['ls', 'status', 'explain', 'peek']) {
      const args = command === 'ls' ? [command] : [command, name];
      const { stdout } = await rig.run(args, { cwd, env: { ...env, ...more } });
      expect(stdout).not.toBe('');
    }
  expect(await rig.ok(['ls'], { cwd, env })).toContain(WORDS.report);
  expect(existsSync(join(rig.stateDir, 'cache', 'snapshot', 'client'))).toBe(true);

  const record = join('sessions', `${fullName}.json`);
  const learnt = learntOf(rig);
  const kept = {
    ...NOWHERE,
    name: [record, 'supervisor.log'],
    directory: [record, 'supervisor.log'],
    program: [learnt, record],
    argument: [record],
    codexHome: [record],
  };
  expect(whatHolds(rig)).toEqual({ ...kept, agent: agentsOf(rig) });

  // The supervisor stays, and what it may still write, for another one.
  const others = { CODEX_SESSIONS_CODEX: rig.program('cat', 'exec cat'), CODEX_HOME: '' };
  await rig.ok(['start', '-d', 'other'], { env: { ...env, ...others, SSH_AUTH_SOCK: '' } });
  await rig.ok(['kill', name, '-y'], { cwd, env });
  expect(whatHolds(rig)).toEqual({
    ...kept,
    name: ['last-kill.json', ...kept.name],
    directory: ['last-kill.json', ...kept.directory],
    title: [record],
    screen: [record],
  });

  await rig.ok(['forget', name], { cwd, env });
  const logged = { name: ['supervisor.log'], directory: ['supervisor.log'] };
  expect(whatHolds(rig)).toEqual({ ...NOWHERE, ...logged, program: [learnt] });
});

test('nor where something is refused, fails or is handed over', async () => {
  const rig = createRig({ codex: null });
  const env = environmentOf(rig);
  const fullName = (await rig.ok(['start', '-d'], { env })).trim();
  await rig.ok(['send', 'main', '--force', '--no-submit', WORDS.typed], { env });
  const control = await RawControl.open(rig.socket);
  const spec = { env: { SECRET: WORDS.variable }, umask: WORDS.typed };
  await control.ask({ type: 'start', spec }, 'refused');
  await control.ask({ type: 'type', fullName, bytes: [WORDS.typed] }, 'refused');
  control.close();
  const broken = { ...env, CODEX_SESSIONS_CODEX: '/dev/null' };
  await rig.run(['start', '-d', 'broken'], { env: broken });
  await rig.ok(['supervisor', 'upgrade'], { env });
  await rig.ok(['ls', '--all', '--json'], { env });
  const record = join('sessions', `${fullName}.json`);
  expect(whatHolds(rig)).toEqual({
    ...NOWHERE,
    agent: agentsOf(rig),
    codexHome: [record],
    program: [learntOf(rig), record],
  });
});
