/** The commands for scripts, with a shell in Codex's place: names, limits, exit codes. */
import { expect, test } from 'vitest';
import { Background } from '../../support/rig/background.ts';
import { createRig } from '../../support/rig/rig.ts';

/** Says what it does on command, and shows what it is given. */
const OBEDIENT = `report() { printf '\\033]7501;state=%s\\007' "$1"; }
report idle
while read -r word rest; do
  case "$word" in
    report) report "$rest" ;;
    exit) exit "$rest" ;;
    *) echo "got $word $rest" ;;
  esac
done`;

test('wait: where each session got to, and how that is told', async () => {
  const rig = createRig({ codex: OBEDIENT });
  for (const name of ['a', 'b', 'c']) await rig.ok(['start', '-d', name]);
  expect(await rig.ok(['wait', 'a', 'b', 'a'])).toBe('ultra:a idle\nultra:b idle\n');
  await rig.ok(['send', 'a', 'report working']);
  expect(await rig.run(['wait', 'a', 'b', '--timeout', '100ms'])).toEqual({
    exitCode: 7,
    stdout: 'ultra:b idle\n',
    stderr: 'ultra:a is still working; the time limit is over.\n',
  });
  expect(await rig.ok(['wait', '--any', 'a', 'b'])).toBe('ultra:b idle\n');
  expect(await rig.ok(['wait', 'a', '--until', 'working'])).toBe('ultra:a working\n');

  const both = new Background(rig, ['wait', 'a', 'c', '--until', 'blocked,exited', '--json']);
  await rig.ok(['send', 'a', '--force', 'report blocked:kind=question']);
  await rig.ok(['send', 'c', '--no-submit', 'exit 3']);
  await rig.ok(['send', 'c', '--key', 'enter']);
  expect(await both.exited).toBe(0);
  expect(JSON.parse(both.lines().join('\n'))).toMatchObject([
    { name: 'a', status: 'blocked', statusReason: 'question' },
    { name: 'c', state: 'exited', exit: { code: 3 } },
  ]);
  expect(await rig.run(['wait', 'a', 'b'])).toMatchObject({ exitCode: 6 });
  expect(await rig.run(['wait', 'c'])).toMatchObject({ exitCode: 1, stdout: 'ultra:c exited\n' });
  expect(await rig.run(['wait', 'c', '--until', 'exited'])).toMatchObject({ exitCode: 0 });
  expect(await rig.run(['wait', 'b', '--until', 'idel'])).toMatchObject({ exitCode: 2 });
  expect(await rig.run(['wait', 'b', 'nobody'])).toMatchObject({ exitCode: 3 });
});

test('send: refuses what could end up in a question, and says why', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await rig.ok(['start', '-d', 'a']);
  await rig.ok(['wait', 'a']);
  await rig.ok(['send', 'a', '--no-submit', 'report blocked:kind=auth']);
  await rig.ok(['send', 'a', '--key', 'enter']);
  await rig.ok(['wait', 'a', '--until', 'blocked']);
  const refused = await rig.run(['send', 'a', 'a prompt']);
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
  expect(refused.stderr).toContain('ultra:a waits for an answer (auth)');
  expect(await rig.ok(['peek', 'a'])).not.toContain('got a prompt');

  for (const [args, input, said] of [
    [['send', 'a'], '', 'there is no text to send'],
    [['send', 'a'], ' \n', 'there is no text to send'],
    [['send', 'a'], Buffer.from([0x61, 0xff]), 'not text in UTF-8'],
    [['send', 'a', '--force'], 'x\x1b[201~y', 'the sequence that ends a paste'],
    [['send', 'a', '--key', 'y', 'text'], '', '--key sends keys and no text'],
    [['send', 'a', '--force', '--key', 'nokey'], '', 'there is no key nokey\n'],
    [['send', 'a', '--json', 'x'], '', '--json prints the answer'],
  ] as const) {
    const { exitCode, stderr } = await rig.run(args, { input });
    expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
    expect(stderr).toContain(said);
  }
  expect(await rig.run(['send', 'nobody', 'x'])).toMatchObject({ exitCode: 3 });
  expect(await rig.run(['send'])).toMatchObject({ exitCode: 2 });
});

test('send: a session that never says that it is idle gets nothing', async () => {
  const rig = createRig({ codex: 'while read -r line; do echo "got $line"; done' });
  await rig.ok(['start', '-d', 'silent']);
  const late = await rig.run(['send', 'silent', '--timeout', '300ms', 'a prompt']);
  expect(late.exitCode).toBe(7);
  expect(late.stderr).toContain('ultra:silent is still starting after 0.3 s');
  await rig.ok(['send', 'silent', '--force', '--no-submit', 'forced']);
  await rig.ok(['send', 'silent', '--key', 'enter']);
  const screen = await rig.waitUntil(async () => {
    const text = await rig.ok(['peek', 'silent']);
    return text.includes('got forced') && text;
  }, 'the forced text');
  expect(screen).not.toContain('a prompt');
});

test('keys by name, text that begins with a dash, and the end of a session', async () => {
  const rig = createRig({ codex: OBEDIENT });
  await rig.ok(['start', '-d', 'a']);
  await rig.ok(['wait', 'a']);
  await rig.ok(['send', 'a', '--no-submit', '--', '--key is text here']);
  await rig.ok(['send', 'a', '-k', 'enter', '-k', 'X', '-k', 'y', '-k', 'space', '-k', 'enter']);
  await rig.waitUntil(async () => {
    const text = await rig.ok(['peek', 'a']);
    return text.includes('got --key is text here') && text.includes('got Xy');
  }, 'both');
  await rig.ok(['send', 'a', '--key', 'ctrl+c']);
  await rig.ok(['wait', 'a', '--until', 'exited']);
  const gone = await rig.run(['send', 'a', 'x']);
  expect(gone.exitCode).toBe(3);
  expect(gone.stderr).toContain('ultra:a is not running');
});

test('peek: the screen, what is above it, and what was there at the end', async () => {
  const rig = createRig({
    codex: `seq 1 100; printf '\\033[31mred\\033[m and plain\\n'; read -r line; exit 1`,
  });
  await rig.ok(['start', '-d', 'a']);
  const screen = await rig.waitUntil(async () => {
    const text = await rig.ok(['peek', 'a']);
    // The line's end may come after the line.
    return text.includes('plain') && text.startsWith('63\n') && text;
  }, 'its screen');
  expect(screen.split('\n').slice(0, 2)).toEqual(['63', '64']);
  const lines = await rig.ok(['peek', 'a', '--lines', '101']);
  expect(lines.split('\n')).toEqual([
    ...Array.from({ length: 100 }, (_, index) => `${index + 1}`),
    'red and plain',
    '',
  ]);
  expect(await rig.ok(['peek', 'a', '-n', '1', '--ansi'])).toBe(
    '\x1b[0;31mred\x1b[m and plain\x1b[m\n',
  );
  expect(JSON.parse(await rig.ok(['peek', 'a', '-n', '2', '--json']))).toMatchObject({
    session: { name: 'a', state: 'running' },
    lines: ['100', 'red and plain'],
  });
  expect(await rig.run(['peek', 'a', '-n', '0'])).toMatchObject({ exitCode: 2 });
  await rig.ok(['send', 'a', '--key', 'enter']);
  await rig.ok(['wait', 'a', '--until', 'exited']);
  const ended = await rig.run(['peek', 'a', '-n', '1']);
  expect(ended).toMatchObject({ exitCode: 0, stdout: 'red and plain\n' });
});
