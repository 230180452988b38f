/** What a person can do with a session a script can do, with answers that can be trusted. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { type CodexRig, createCodexRig } from '../support/rig/codex-rig.ts';

interface Told {
  event: string;
  seq: number | null;
  session: {
    name: string;
    status: string | null;
    statusReason: string | null;
    statusSource: string | null;
    seen: boolean;
    asking?: boolean;
  };
}

/** A command that needs a person's leave, as it writes outside of the read-only sandbox. */
function asksToTouch({ rig, model }: CodexRig, prompt: RegExp): string {
  const file = join(rig.root, 'touched');
  model.on(prompt, { type: 'tool', cmd: `touch ${file}`, justification: 'a mark is wanted' });
  return file;
}

/** The statuses in order, repetitions left out. */
function chain(told: readonly Told[]): string[] {
  const words = told
    .filter(({ event }) => event === 'status' || event === 'snapshot' || event === 'started')
    .map(({ session: s }) => [s.status, s.statusReason].filter(Boolean).join(' '));
  return words.filter((word, index) => word !== words[index - 1]);
}

/** Servers start up in the middle of the first `idle`, as Codex itself reports. */
function withoutStartUp(words: readonly string[]): string[] {
  const rest = words.filter((word) => word !== 'starting');
  return ['starting', ...rest.filter((word, index) => word !== rest[index - 1])];
}

test('a whole turn with an approval, as Codex reports it', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  const file = asksToTouch(codex, /leave a mark/);
  const events = new Background(rig, ['events', '--json']);
  await rig.ok(['start', '-d', 'turn']);
  await events.until(() => events.lines().length > 0, 'the start to be told');

  await rig.ok(['send', 'turn', 'leave a mark']);
  const blocked = await rig.run(['wait', 'turn']);
  expect(blocked).toMatchObject({ exitCode: 6, stdout: 'ultra:turn blocked permission\n' });
  expect(existsSync(file)).toBe(false);
  await rig.ok(['send', 'turn', '--key', 'y']);
  expect(await rig.ok(['wait', 'turn'])).toBe('ultra:turn done\n');
  expect(existsSync(file)).toBe(true);
  const looking = rig.open(['attach', 'turn']);
  await looking.waitFor('The tool said');
  const seen = await events.until(() => {
    const told = events.json<Told>();
    const done = told.findIndex(({ session }) => session.status === 'done');
    if (done < 0) return undefined;
    return told.slice(done).find(({ session }) => session.seen && session.status === 'idle');
  }, 'somebody to have looked');
  expect(seen.session.statusSource).toBe('osc7501');

  const told = events.json<Told>();
  expect(withoutStartUp(chain(told))).toEqual([
    'starting',
    'idle',
    'working',
    'blocked permission',
    'working',
    'done',
    'idle',
  ]);
  // The first may be older than the subscription, and has no number then; of the rest none is missing.
  const numbers = told.flatMap(({ seq }) => (seq === null ? [] : [seq]));
  expect(told.length - numbers.length).toBeLessThanOrEqual(1);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
});

test('run starts, submits, waits, and prints the answer of the record', async () => {
  const { rig, model } = await createCodexRig();
  expect(await rig.ok(['run', 'one', 'the first prompt'])).toBe('You said: the first prompt\n');
  expect(await rig.ok(['run', 'one'], { input: 'line one\nline two\n' })).toBe(
    'You said: line one\nline two\n',
  );
  expect((await model.request(/line two/)).prompts).toEqual([
    'the first prompt',
    'line one\nline two',
  ]);
  const json = JSON.parse(await rig.ok(['send', 'one', '--wait', '--json', 'third']));
  expect(json).toMatchObject({ outcome: 'finished', answer: 'You said: third' });
  expect(json.session).toMatch(/^codex:ultra:one:[0-9a-f]{8}$/);

  // What stands in the composer goes with the prompt, and the turn is found all the same.
  await rig.ok(['send', 'one', '--no-submit', 'a draft and ']);
  expect(await rig.ok(['run', 'one', 'the rest'])).toMatch(/^You said: a draft and *the rest\n$/);

  const gate = model.hold(/never ends/);
  const running = new Background(rig, ['run', 'one', 'never ends']);
  await gate.arrived;
  // The model may have the prompt before Codex's terminal knows of the turn that Esc is to end.
  await rig.ok(['wait', 'one', '--until', 'working']);
  await rig.ok(['send', 'one', '--key', 'esc']);
  expect(await running.exited).toBe(1);
  expect(running.stderr).toContain('The turn was interrupted');

  model.on(/fails/, { type: 'error', message: 'the model said no' });
  const failed = await rig.run(['run', 'one', 'this fails']);
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).toBe('');
  expect(failed.stderr).toContain('the model said no');
  expect(await rig.ok(['run', 'one', 'after it'])).toBe('You said: after it\n');
});

test('a blocked session: run says what for, send refuses, a key lets it go on', async () => {
  const codex = await createCodexRig();
  const { rig } = codex;
  asksToTouch(codex, /touch it/);
  const asked = await rig.run(['run', 'one', 'touch it']);
  expect(asked).toMatchObject({ exitCode: 6, stdout: '' });
  expect(asked.stderr).toContain('ultra:one waits for an answer: permission');
  expect(asked.stderr).toContain('codex-sessions answer ultra:one, or');

  const refused = await rig.run(['send', 'one', 'more']);
  expect(refused.exitCode).toBe(6);
  expect(refused.stderr).toContain('ultra:one waits for an answer (permission)');
  expect(await rig.ok(['send', 'one', '--key', 'y', '--wait'])).toMatch(/^The tool said/);
});

test('Ctrl-C ends the waiting of run, and the time limit too; the session goes on', async () => {
  const { rig, model } = await createCodexRig();
  const gate = model.hold(/long work|and more/);
  const running = new Background(rig, ['run', 'one', 'long work']);
  await gate.arrived;
  running.signal('SIGINT');
  expect(await running.exited).toBe(130);
  await rig.ok(['wait', 'one', '--until', 'working']);

  const queued = await rig.run(['send', 'one', 'and more']);
  expect(queued.exitCode).toBe(0);
  expect(queued.stderr).toContain('ultra:one is working: Codex has queued the prompt');
  const late = await rig.run(['wait', 'one', '--timeout', '200ms']);
  expect(late).toMatchObject({ exitCode: 7 });
  expect(late.stderr).toContain('ultra:one is still working');
  gate.release();
  await rig.ok(['wait', 'one', '--until', 'idle']);
});

test('text is typed as it is: a prompt of 900 kB, and a longer one is refused', async () => {
  const { rig, model } = await createCodexRig();
  const long = 'A line of a long prompt, with ümläuts and 漢字.\n'.repeat(19_000);
  const text = `${long}The end of the long prompt.`;
  model.on(/The end of the long/, 'I have read it.');
  expect(await rig.ok(['run', 'one'], { input: text })).toBe('I have read it.\n');
  expect((await model.request(/The end of the long/)).prompt === text).toBe(true);

  const longer = await rig.run(['send', 'one'], { input: text.repeat(6) });
  expect(longer.exitCode).toBe(2);
  expect(longer.stderr).toContain('Codex takes 1048576 at most');

  await rig.ok(['send', 'one', '--no-submit', 'typed and left']);
  await rig.waitUntil(async () => (await rig.ok(['peek', 'one'])).includes('typed and left'), 'it');
  await rig.ok(['send', 'one', '--key', 'enter']);
  expect((await model.request(/typed and left/)).prompt).toBe('typed and left');
});

test('an answer is to a script what Codex has written, and to a person text and nothing else', async () => {
  const { rig, model } = await createCodexRig();
  const said =
    'It is \u202egnp.exe\u2069\n\t\x1b]0;pwned\x07\x9b31m 👨\u200d👩\u200d👧 \u{e0041}done';
  model.on(/harm me/, said);
  expect(await rig.ok(['run', 'one', 'harm me'])).toBe(`${said}\n`);
  const terminal = rig.open(['send', 'one', '--wait', 'harm me again'], { rows: 50 });
  await terminal.waitFor('done');
  expect(await terminal.waitForExit()).toBe(0);
  const shown = terminal.raw().toString().replaceAll('\r', '');
  expect(shown).toBe('It is gnp.exe\n    ]0;pwned31m 👨\u200d👩\u200d👧 done\n');
});
