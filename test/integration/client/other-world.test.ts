/** A supervisor that was started outside of the container or sandbox in which a command runs. */
import { expect, test } from 'vitest';
import { canUnshare, NEEDS_UNSHARE, unshared } from '../../support/process/unshared.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** In a terminal. */
function inside(rig: Rig, ...args: string[]): Terminal {
  const { file, args: words } = unshared(COMMAND, args);
  return rig.openProgram(file, words, { cols: 200 });
}

/** Without a terminal to ask in; until it has ended. */
async function piped(rig: Rig, ...args: string[]) {
  const { file, args: words } = unshared(COMMAND, args);
  const script = 'set -o pipefail; "$@" </dev/null 2>&1 | cat';
  const terminal = rig.openProgram('bash', ['-c', script, 'bash', file, ...words], { cols: 200 });
  return { exitCode: await terminal.waitForExit(), text: terminal.text() };
}

const WHERE = 'supervisor runs in another container or sandbox, with other files and processes';

test.skipIf(!canUnshare)(
  `what would start in the supervisor's world is asked for; all else works${NEEDS_UNSHARE}`,
  async () => {
    const rig = createRig();
    for (const name of ['one', 'lost']) await rig.ok(['start', '-d', name]);
    process.kill((await rig.list()).find(({ name }) => name === 'lost')?.pid ?? 0, 'SIGKILL');
    const states = async () => (await rig.list()).map(({ name, state }) => `${name} ${state}`);
    const before = ['one running', 'lost lost'];
    await rig.waitUntil(async () => (await states()).join() === before.join(), 'one to be lost');
    for (const args of [
      ['start', '-d', 'two'],
      ['run', 'two', 'hello'],
      ['restart', 'one'],
      ['restore'],
    ]) {
      const { exitCode, text } = await piped(rig, ...args);
      expect(text).toContain(`codex-sessions: the ${WHERE}`);
      expect(text).toMatch(/CODEX_SESSIONS_DIR .* To start .* there: --there/);
      expect(exitCode).toBe(1);
    }
    expect(await states()).toEqual(before);

    expect(await piped(rig, 'start', '-d', 'one')).toMatchObject({ exitCode: 0 });
    expect((await piped(rig, 'ls')).text).toContain('ultra:one');
    expect((await piped(rig, 'peek', 'one')).text).toContain('stand-in ready');
    expect((await piped(rig, 'doctor')).text).toContain('and sessions start there');
    const attached = inside(rig, 'attach', 'one');
    await attached.waitFor('stand-in ready');
    attached.press('ctrl+\\');
    await attached.waitForExit();

    expect(await piped(rig, 'start', '-d', '--no-wait', '--there', 'two')).toMatchObject({
      exitCode: 0,
    });
    expect(await piped(rig, 'kill', '-y', 'two')).toMatchObject({ exitCode: 0 });
  },
);

test.skipIf(!canUnshare)(`in a terminal it is a question${NEEDS_UNSHARE}`, async () => {
  const rig = createRig();
  await rig.ok(['start', '-d', 'one']);
  const asked = inside(rig, 'start', 'two');
  await asked.waitFor(`The ${WHERE}. Start two there?`);
  asked.press('enter');
  expect(await asked.waitForExit()).toBe(1);
  expect(asked.text()).toContain('nothing was started');
  expect(await rig.list()).toHaveLength(1);
  const agreed = inside(rig, 'start', 'two');
  await agreed.waitFor('Start two there?');
  agreed.type('y\r');
  await agreed.waitFor('stand-in ready');
  expect(await rig.list()).toHaveLength(2);
});

test.skipIf(!canUnshare)(`the switcher starts nothing there unasked${NEEDS_UNSHARE}`, async () => {
  const rig = createRig();
  await rig.ok(['start', '-d', 'one']);
  const attached = inside(rig, 'attach', 'one');
  await attached.waitFor('stand-in ready');
  attached.press('ctrl+^');
  await attached.waitFor('ultra:one');
  attached.type('two');
  await attached.waitFor('two');
  attached.press('enter');
  expect(await attached.waitForExit()).toBe(1);
  expect(attached.text()).toContain(WHERE);
  expect(attached.text()).toContain('codex-sessions start --there two');
  expect(await rig.list()).toHaveLength(1);
});

test.skipIf(!canUnshare)(
  `with a supervisor of the container's own nothing is asked${NEEDS_UNSHARE}`,
  async () => {
    const rig = createRig();
    await rig.ok(['start', '-d', 'outside']);
    const { CODEX_SESSIONS_DIR: _, ...env } = rig.env;
    const own = { ...env, CODEX_SESSIONS_DIR: `${rig.root}/own` };
    const script = `${COMMAND} start -d --no-wait a && ${COMMAND} start -d --no-wait b && ${COMMAND} ls`;
    const words = unshared('sh', ['-c', script]);
    const terminal = rig.openProgram(words.file, words.args, { env: own, cols: 200 });
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.text()).toContain('ultra:b');
    expect(terminal.text()).not.toContain('outside');
  },
);
