/**
 * Whatever directories are called, and whatever programs say in titles, reports and on
 * screens: nothing that acts on a terminal, hides or reorders text leaves us, in no command's
 * output, no error, no log, no file; and JSON is the same value all the same.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { json, looks, looksInTerminal } from '../../support/attack/harmless.ts';
import { hiddenIn, nastyText } from '../../support/attack/hidden-text.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { WAIT_MS } from '../../support/process/wait-until.ts';
import { base64, createReporter, type Reporter } from '../../support/rig/reporter.ts';
import { type Listed, type Rig, recordFiles } from '../../support/rig/rig.ts';

/** A directory's name and what the program in it has to say. */
interface Evil {
  readonly directory: string;
  readonly title: string;
  readonly message: string;
  readonly screen: string;
  /** Typed by somebody as a name, an option, a value; none is a name that a session can have. */
  readonly argument: string;
}

const NAME_MAX_BYTES = 200;

const evil: fc.Arbitrary<Evil> = fc.record({
  directory: nastyText(30).map((text) =>
    Buffer.from(`p${text.replace(/[\0/]/g, '')}`)
      .subarray(0, NAME_MAX_BYTES)
      .toString(),
  ),
  // What would end the title's sequence stands in no title.
  title: nastyText(30).map((text) => `t${text.replace(/[\0-\x1f\x9c]/g, '')}`),
  message: nastyText(30).map((text) => `m${text.replace(/\p{Cc}/gu, '')}`),
  screen: nastyText(60).map((text) => `s${text}`),
  argument: nastyText(20).map((text) => `~${text.replaceAll('\0', '')}`),
});

/** Of any sequence that is begun. */
const END = '\x18\x1b\\';

/** For `printf %b`. */
function octal(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Runs a session in a directory of that name, with all of it said and drawn. */
async function begin(reporter: Reporter, name: string, of: Evil): Promise<string> {
  const cwd = reporter.rig.project(of.directory, `place-${name}`);
  await reporter.start(name, { cwd });
  await reporter.report(
    name,
    `raw ${octal(`\x1b]0;${of.title}\x07${of.screen}${END}\r\nend of ${name}`)}`,
    `state=blocked:kind=permission:msg=${base64(of.message)}`,
  );
  await reporter.status(name, 'blocked');
  return cwd;
}

/** Of somebody who comes when the program has set one: what it sets later is between the two. */
async function titleInTerminal(rig: Rig, cwd: string): Promise<void> {
  const terminal = rig.open(['attach', 's0'], { cwd });
  await terminal.waitFor(/end of s0/);
  terminal.press('ctrl+\\');
  await terminal.waitForExit();
  const titles = [
    ...terminal
      .raw()
      .toString()
      .matchAll(/\x1b\]0;([^\x07]*)\x07/g),
  ];
  expect(titles.length).toBeGreaterThan(0);
  for (const [, title = ''] of titles) expect(hiddenIn(title)).toEqual([]);
}

/** A run takes some 120 commands. */
const RUNS = Number(process.env.CODEX_SESSIONS_TEST_TEXT_RUNS ?? 1);
const LIMIT = { timeout: 4 * WAIT_MS * RUNS };

test('names, titles, reports and screens are harmless at every way out', LIMIT, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(evil, { minLength: 3, maxLength: 3 }), async (all) => {
      const reporter = createReporter();
      const { rig } = reporter;
      const notices = join(rig.root, 'notices');
      mkdirSync(notices);
      const tell = rig.program('tell', `env -0 > "$(mktemp ${notices}/XXXXXX)"`);
      rig.file('home/.config/codex-sessions/config.toml', `notify = '${tell}'\n`);
      const places = await Promise.all(all.map((one, index) => begin(reporter, `s${index}`, one)));
      await rig.waitUntil(() => notified(notices).length >= all.length, 'the notices');

      for (const args of [
        ['ls'],
        ['ls', '--full'],
        ['status'],
        ['doctor'],
        ['switch', 's'],
        ['kill-all'],
      ])
        await looks(rig, args);
      for (const args of [
        ['ls'],
        ['status'],
        ['peek', `${basename(places[0] ?? '')}:s0`, '--ansi'],
        ['switch'],
        ['watch'],
      ])
        await looksInTerminal(rig, args, args[0] === 'peek' ? /end of s0/ : /s2/);
      await titleInTerminal(rig, places[0] ?? '');
      await sameAsTheSupervisorSays(rig, places);
      for (const [index, cwd] of places.entries())
        await looksOfOne(rig, `s${index}`, cwd, all[index]?.argument ?? '');
      for (const values of notified(notices))
        expect(values.flatMap((one) => hiddenIn(one))).toEqual([]);

      await rig.ok(['kill-all', '-y']);
      for (const [index, cwd] of places.entries())
        for (const args of [
          ['peek', `s${index}`],
          ['ls', '--all'],
          ['explain', `s${index}`],
        ])
          await looks(rig, args, cwd);
      await json(rig, ['ls', '--all']);
      expect(hiddenIn(readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8'))).toEqual([]);
      for (const file of recordFiles(rig))
        expect(hiddenIn(readFileSync(join(rig.stateDir, 'sessions', file), 'utf8'))).toEqual([]);
      await rig.close();
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

/** What each of the notices was told by us. */
function notified(dir: string): string[][] {
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8').split('\0'))
    .filter((values) => values.length > 1)
    .map((values) => values.filter((value) => value.startsWith('CODEX_SESSIONS_EVENT')));
}

async function looksOfOne(rig: Rig, name: string, cwd: string, argument: string): Promise<void> {
  const lines = [
    ['peek', name],
    ['peek', name, '--ansi', '-n', '50'],
    ['explain', name],
    ['status', name],
    ['wait', name],
    ['log', name],
    ['send', name, 'a prompt'],
    ['run', name, 'a prompt'],
    ['attach', name],
    ['forget', name],
    ['start', '-d', name, '--', 'an argument'],
    ['fork', name, 'other'],
    ['rename', name, argument],
    ['send', name, '--force', '--key', argument],
    ['wait', name, '--until', argument],
    ['start', '-d', argument],
    ['start', '-d', '--resume', argument, 'other'],
    ['start', '-d', '-C', `/no/${argument}`],
    ['supervisor', argument],
    ...[['peek'], ['kill'], ['attach'], ['switch'], ['detach']].map(([word = '']) => [
      word,
      '--',
      argument,
    ]),
    [argument],
    [`--${argument}`],
    ['ls', `--${argument}`],
  ];
  // Two at a time: as many as a machine that is good enough for tests has cores.
  const queue = [...lines];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await looks(rig, next, cwd);
  };
  await Promise.all([work(), work()]);
  const missing = await rig.run(['start', '-d', 'other'], {
    cwd,
    env: { CODEX_SESSIONS_CODEX: argument },
  });
  expect(hiddenIn(missing.stderr)).toEqual([]);
  expect(missing.exitCode).not.toBe(0);
}

/** Escapes are another spelling of the same text. */
async function sameAsTheSupervisorSays(rig: Rig, places: readonly string[]): Promise<void> {
  const control = await RawControl.open(rig.socket);
  const told = (await control.ask({ type: 'list' }, 'sessions')).sessions as Listed[];
  const listed = await json<Listed[]>(rig, ['ls']);
  const status = await json<Listed[]>(rig, ['status']);
  expect(listed.map(({ cwd }) => cwd).sort()).toEqual([...places].sort());
  for (const session of told) {
    const { name, fullName, cwd } = session;
    for (const list of [listed, status])
      expect(list.find((one) => one.fullName === fullName)).toMatchObject(session);
    const seen = await json<{ lines: string[] }>(rig, ['peek', name], cwd);
    const drawn = await control.ask({ type: 'peek', fullName, ansi: false }, 'screen');
    expect(seen.lines).toEqual(drawn.lines);
    const explained = await json<{ events: unknown }>(rig, ['explain', name], cwd);
    const events = await control.ask({ type: 'explain', fullName }, 'explained');
    expect(explained.events).toEqual(events.events);
    const [waited] = await json<Listed[]>(rig, ['wait', name], cwd);
    expect(waited).toMatchObject(session);
    // A script that goes on with a name needs the very name.
    const started = await rig.ok(['start', '-d', name], { cwd });
    expect(started).toBe(`${fullName}\n`);
  }
  control.close();
}
