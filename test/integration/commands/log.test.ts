/** `log`: from Codex's record alone, whole or as it grows, and of sessions that have ended. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { json, looks, looksInTerminal } from '../../support/attack/harmless.ts';
import { isHidden, nastyText } from '../../support/attack/hidden-text.ts';
import { KINDS, plant } from '../../support/attack/plant.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createReporter, type Reporter } from '../../support/rig/reporter.ts';
import { recordFiles } from '../../support/rig/rig.ts';
import { zstdFrame } from '../../support/rig/zstd.ts';

const FIXTURE = readFileSync(
  join(import.meta.dirname, '../../fixtures/rollouts/0.169-turns.jsonl'),
  'utf8',
);
const LINES = FIXTURE.trimEnd().split('\n');
const ID = (JSON.parse(LINES[0] ?? '') as { payload: { id: string } }).payload.id;
const OTHER = `${ID.slice(0, 8)}-ffff-7fff-8fff-ffffffffffff`;

function pathOf(reporter: Reporter, id: string): string {
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('/');
  const path = join(
    reporter.rig.home,
    '.codex/sessions',
    day,
    `rollout-2026-11-22T08-00-00-${id}.jsonl`,
  );
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** Has the session say in its title which conversation it has open, as Codex does. */
async function open(reporter: Reporter, name: string, id: string): Promise<void> {
  await reporter.report(name, `title Ready | ultra | ${id.slice(0, 29)}...`);
  await reporter.rig.waitUntil(
    async () =>
      ((await reporter.rig.list()) as unknown as { conversation: string }[]).some(
        ({ conversation }) => conversation === id,
      ),
    'the conversation to be known',
  );
}

interface Item {
  type: string;
  text: string;
  command?: string;
  outcome?: string;
}

test('a conversation as text, as JSON, as a document, and its last answer', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const early = await rig.run(['log']);
  expect(early).toMatchObject({ exitCode: 1, stdout: '' });
  expect(early.stderr).toContain('ultra:main has no conversation yet');
  expect((await rig.run(['log', 'no-such'])).exitCode).toBe(3);
  expect((await rig.run(['log', '--json', '--markdown'])).exitCode).toBe(2);

  appendFileSync(pathOf(reporter, ID), FIXTURE);
  await open(reporter, 'main', ID);
  const items = JSON.parse(await rig.ok(['log', '--json'])) as Item[];
  const prompts = items.filter(({ type }) => type === 'prompt');
  const answers = items.filter(({ type }) => type === 'answer');
  const command = items.find(({ type }) => type === 'command');
  expect(prompts.length).toBeGreaterThan(1);
  expect(answers.length).toBeGreaterThan(1);
  expect(command?.outcome).toBeTruthy();
  const text = await rig.ok(['log']);
  for (const { text: said } of [...prompts, ...answers])
    expect(text).toContain(said.split('\n')[0]);
  expect(text).toContain(`$ ${command?.command}`);
  expect(await rig.ok(['log', '--last'])).toBe(`${answers.at(-1)?.text}\n`);
  expect(JSON.parse(await rig.ok(['log', '--last', '--json']))).toEqual(answers.at(-1));
  expect(await rig.ok(['log', '--markdown'])).toContain(`## Prompt\n\n> ${prompts[0]?.text}`);

  await reporter.report('main', 'exit 0');
  await rig.waitUntilEmpty();
  expect(JSON.parse(await rig.ok(['log', '--json']))).toEqual(items);
  expect(await rig.ok(['log', '--follow'])).toBe(text);
});

test('a session before its first turn says so; the conversation before this one is there', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  expect((await rig.run(['log', '--previous'])).exitCode).toBe(1);
  const old = pathOf(reporter, ID);
  appendFileSync(old, FIXTURE);
  await open(reporter, 'main', ID);
  const whole = await rig.ok(['log']);
  const path = pathOf(reporter, OTHER);
  appendFileSync(path, '');
  await open(reporter, 'main', OTHER);
  expect(await rig.ok(['log', '--previous'])).toBe(whole);
});

test('--list opens few of hundreds of conversations at a time, and keeps their order', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  appendFileSync(pathOf(reporter, ID), FIXTURE);
  await open(reporter, 'main', ID);
  await rig.ok(['kill', 'main']);
  await rig.waitUntilEmpty();
  const previous = Array.from({ length: 300 }, (_, at) => `${ID.slice(0, -4)}${1_000 + at}`);
  for (const id of previous) writeFileSync(pathOf(reporter, id), FIXTURE.replaceAll(ID, id));
  const path = join(rig.stateDir, 'sessions', recordFiles(rig)[0] ?? '');
  const record = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...record, previous }));
  const list = rig.openProgram('/bin/sh', [
    '-c',
    `ulimit -n 60; ${COMMAND} log --list --json >list`,
  ]);
  expect(await list.waitForExit()).toBe(0);
  const listed = JSON.parse(readFileSync(join(rig.projectDir, 'list'), 'utf8')) as {
    id: string;
    prompt: string | null;
  }[];
  expect(listed.map(({ id }) => id)).toEqual([ID, ...previous]);
  expect(listed.filter(({ prompt }) => prompt === null)).toEqual([]);
});

test('forget names a conversation only if there is a record of it', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  for (const name of ['main', 'other']) {
    await reporter.start(name);
    // Its lock alone tells that there is one.
    rig.file(`home/.codex/thread-writer-locks/${name === 'main' ? ID : OTHER}.lock`, '');
    if (name === 'main') appendFileSync(pathOf(reporter, ID), FIXTURE);
    await open(reporter, name, name === 'main' ? ID : OTHER);
    await rig.ok(['kill', name]);
  }
  await rig.waitUntilEmpty();
  expect((await rig.run(['forget', 'main', 'other'])).stderr).toBe(
    `Forgot ultra:main. Its conversation: ${ID}\nForgot ultra:other.\n`,
  );
});

test("--list tells a session's conversations with id, time and first prompt", async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  expect(await rig.ok(['log', '--list', '--json'])).toBe('[]\n');
  const none = await rig.run(['log', '--list']);
  expect(none).toMatchObject({ exitCode: 1, stdout: '' });
  expect((await rig.run(['log', '--list', '--last'])).exitCode).toBe(2);
  appendFileSync(pathOf(reporter, ID), FIXTURE);
  await open(reporter, 'main', ID);
  const packed = `${pathOf(reporter, OTHER)}.zst`;
  const said = { type: 'user_message', message: 'packed\nup \x1b[31mred' };
  const meta = { type: 'session_meta', payload: { id: OTHER, cwd: '/p' } };
  const lines = [meta, { type: 'event_msg', payload: said }].map((line) => JSON.stringify(line));
  writeFileSync(packed, zstdFrame(Buffer.from(`${lines.join('\n')}\n`)));
  await open(reporter, 'main', OTHER);

  const first = (JSON.parse(await rig.ok(['log', '--previous', '--json'])) as Item[])[0]?.text;
  const list = JSON.parse(await rig.ok(['log', '--list', '--json'])) as object[];
  expect(list).toEqual([
    {
      ...{ id: OTHER, current: true, prompt: said.message, resumable: true },
      ...{ startedAt: expect.stringMatching(/Z$/), lastAt: expect.stringMatching(/Z$/) },
    },
    {
      ...{ id: ID, current: false, prompt: first, resumable: true },
      ...{ startedAt: expect.stringMatching(/Z$/), lastAt: expect.stringMatching(/Z$/) },
    },
  ]);
  await reporter.report('main', 'exit 0');
  await rig.waitUntilEmpty();
  const text = await rig.run(['log', '--list']);
  expect(text.stdout).toMatch(
    new RegExp(`^\\* \\S+ \\S+  ${OTHER}  packed up .*red\n  \\S+ \\S+  ${ID}  `),
  );
  expect(text.stdout).not.toContain('\x1b');
  expect(text.stderr).toBe(`To go back to one: codex-sessions start --resume ${ID} ultra:main\n`);
  rmSync(packed);
  const gone = JSON.parse(await rig.ok(['log', '--list', '--json'])) as object[];
  expect(gone[0]).toMatchObject({ id: OTHER, prompt: null, resumable: null });
});

test('--follow tells each item once, as it is written, and ends with the session', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const path = pathOf(reporter, ID);
  appendFileSync(path, `${LINES[0]}\n`);
  await open(reporter, 'main', ID);
  const terminal = rig.open(['log', '--follow', '--json'], { cols: 4_000, rows: 100 });
  // In pieces that end anywhere.
  const rest = Buffer.from(
    LINES.slice(1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const half = Math.floor(rest.length / 2);
  appendFileSync(path, rest.subarray(0, half));
  await terminal.waitFor(/"type":"prompt"/);
  for (let at = half; at < rest.length; at += 1_000)
    appendFileSync(path, rest.subarray(at, at + 1_000));
  await reporter.report('main', 'exit 0');
  expect(await terminal.waitForExit()).toBe(0);
  const told = terminal.raw().toString().trimEnd().split('\r\n');
  const items = JSON.parse(await rig.ok(['log', '--json'])) as Item[];
  expect(told.map((line) => JSON.parse(line) as Item)).toEqual(items);
});

test('--last prints the answer before while the next turn runs', async () => {
  const reporter = createReporter();
  await reporter.start('main');
  writeFileSync(pathOf(reporter, ID), `${LINES.slice(0, 19).join('\n')}\n`);
  await open(reporter, 'main', ID);
  expect(await reporter.rig.ok(['log', '--last'])).toBe('echo: hello there\n');
});

test('--follow waits for the first turn, and for the conversation itself', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const terminal = rig.open(['log', '-f']);
  await rig.waitUntil(
    () => rig.processes().filter(({ command }) => command.includes('log -f')).length > 0,
    'the command',
  );
  appendFileSync(pathOf(reporter, ID), FIXTURE);
  await open(reporter, 'main', ID);
  await terminal.waitFor(/^[›•$] /m);
  await reporter.report('main', 'exit 0');
  expect(await terminal.waitForExit()).toBe(0);
});

/** The recorded conversation, in which everything that was said or run is this text. */
function conversationOf(text: string): string {
  const said = ['text', 'last_agent_message', 'aggregated_output', 'cmd'];
  return LINES.map((line) => {
    const value = JSON.parse(line, (key, old) =>
      said.includes(key) && typeof old === 'string' ? text : old,
    ) as unknown;
    return `${JSON.stringify(value)}\n`;
  }).join('');
}

test('whatever was said and run in it, a conversation is harmless to read', async () => {
  await fc.assert(
    fc.asyncProperty(nastyText(30), async (text) => {
      const said = `said ${text}`;
      const reporter = createReporter();
      const { rig } = reporter;
      await reporter.start('main');
      appendFileSync(pathOf(reporter, ID), conversationOf(said));
      await open(reporter, 'main', ID);
      for (const args of [['log'], ['log', '--markdown'], ['log', '--last']]) {
        expect(await looks(rig, args)).toContain('said');
        await looksInTerminal(rig, [...args, '--no-pager'], /said/);
      }
      const items = await json<Item[]>(rig, ['log']);
      const answers = items.filter(({ type }) => type === 'answer');
      expect(answers.length).toBeGreaterThan(1);
      expect(answers.every((answer) => answer.text === said)).toBe(true);
      await reporter.report('main', 'exit 0');
      await rig.waitUntilEmpty();
      const followed = await rig.ok(['log', '--follow', '--json']);
      expect([...followed].filter((char) => char !== '\n' && isHidden(char))).toEqual([]);
      const lines = followed.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(items);
      await rig.close();
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
test.each(KINDS.filter((kind) => kind !== 'file'))(
  'a %s in the place of the record is said, not waited for',
  async (kind) => {
    const reporter = createReporter();
    const { rig } = reporter;
    await reporter.start('main');
    const path = pathOf(reporter, ID);
    appendFileSync(path, FIXTURE);
    await open(reporter, 'main', ID);
    await plant(kind, path);
    for (const args of [['log'], ['log', '--last'], ['run', 'main', '--timeout', '5', 'hello']]) {
      const { stdout, stderr, exitCode } = await rig.run(args);
      expect({ args, stdout, exitCode }).toEqual({ args, stdout: '', exitCode: 1 });
      expect(stderr).toContain(path);
      expect(stderr).toMatch(/^codex-sessions: .+\n {2}.+\n$/);
      expect(stderr).not.toContain('bug');
    }
  },
);

test('-n and --since give the end of it, also as JSON and with --follow', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  appendFileSync(pathOf(reporter, ID), FIXTURE);
  await open(reporter, 'main', ID);
  const items = JSON.parse(await rig.ok(['log', '--json'])) as (Item & { time: string })[];
  expect(JSON.parse(await rig.ok(['log', '--json', '-n', '2']))).toEqual(items.slice(-2));
  const { time } = items.at(-3) ?? { time: '' };
  expect(JSON.parse(await rig.ok(['log', '--json', '--since', time]))).toEqual(
    items.filter((one) => one.time >= time),
  );
  const whole = await rig.ok(['log']);
  const last = await rig.ok(['log', '-n1']);
  expect(whole.endsWith(last)).toBe(true);
  expect(last.length).toBeLessThan(whole.length);
  const none = await rig.run(['log', '--since', '1s']);
  expect(none).toEqual({ exitCode: 0, stdout: '', stderr: 'Nothing of it is that recent.\n' });
  expect(await rig.run(['log', '-n', '0'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  for (const args of [
    ['-n', '1', '--last'],
    ['--since', 'soon'],
    ['--list', '--since', '2h'],
  ])
    expect((await rig.run(['log', ...args])).exitCode).toBe(2);
  await reporter.report('main', 'exit 0');
  await rig.waitUntilEmpty();
  expect(await rig.ok(['log', '-f', '-n', '1'])).toBe(last);
});
