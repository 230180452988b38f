/** What `watch` and the switcher do to a session without attaching to it. */
import { expect, onTestFinished, test } from 'vitest';
import { Asker } from '../../support/rig/asker.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** As a program gets it that asked for kitty's protocol. */
const ESC = '\x1b[27u';

function createAsker(): Asker {
  const asker = new Asker();
  onTestFinished(() => asker.close());
  return asker;
}

/** Until the question is on the screen and its keys are taken. */
async function asked(terminal: Terminal, command: string): Promise<void> {
  await terminal.waitFor(
    (text) => text.includes(`$ ${command}`) && /y p 3 answer|\b1 2 3 answer/.test(text),
    { what: `${command} to be asked for` },
  );
}

test('watch: a shows the question, one key answers it, and what is asked then is another', async () => {
  const asker = createAsker();
  await asker.start('main');
  const watch = asker.rig.open(['watch'], { cols: 80, rows: 24 });
  await watch.waitFor('ultra:main');
  await asker.order('main', { ask: 'touch proof' });
  await watch.waitFor(/! ultra:main +blocked \d+s +touch proof/);
  watch.press('a');
  await asked(watch, 'touch proof');
  expect(watch.text()).toContain('it is wanted');
  await asker.order('main', { ask: 'rm -rf build' });
  await watch.waitFor('This is another question than before.');
  await asked(watch, 'rm -rf build');
  watch.press('y');
  await watch.waitFor('Answered ultra:main: Yes, proceed');
  expect(asker.keys('main')).toMatchObject([{ key: 'y', shown: 'rm -rf build' }]);
  watch.press('a');
  await watch.waitFor('ultra:main asks nothing.');
  await asker.order('main', { ask: 'make' });
  await watch.waitFor(/blocked \d+s +make/);
  watch.press('a');
  await asked(watch, 'make');
  // No is Esc in Codex, and a number here.
  watch.press('3');
  await watch.waitFor('Answered ultra:main: No, and tell Codex');
  expect(asker.keys('main').at(-1)).toMatchObject({ key: ESC, shown: 'make' });
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});

test('watch: x interrupts one that works, r renames it, K kills it', async () => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('main');
  await asker.start('other');
  const watch = rig.open(['watch'], { cols: 80, rows: 24 });
  await watch.waitFor('ultra:main');
  await asker.order('main', { work: true });
  await watch.waitFor(/▌ ● ultra:main +working/);
  watch.press('x');
  await watch.waitFor('Esc was typed, and ultra:main still works.');
  expect(asker.keys('main')).toMatchObject([{ key: ESC, shown: null }]);
  watch.press('r');
  await watch.waitFor('❯ main');
  watch.press('ctrl+u');
  watch.type('other');
  watch.press('enter');
  await watch.waitFor('there is a session ultra:other already');
  watch.type('2');
  watch.press('enter');
  await watch.waitFor(/ultra:main is ultra:other2 now[\s\S]*$/);
  await watch.waitFor(/● ultra:other2 +working/);
  watch.press('K');
  await watch.waitFor('Kill this session? The turn is lost.');
  watch.press('y');
  await watch.waitFor('Killed ultra:other2.');
  expect((await rig.list()).map(({ name }) => name)).toEqual(['other']);
  watch.press('q');
  await watch.waitForExit();
});

test.each(['switch', 'Ctrl-^ while attached'])('the switcher by %s does the same', async (how) => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('main');
  await asker.start('api');
  await asker.order('api', { ask: 'npm publish' });
  const attached = how !== 'switch';
  const terminal = rig.open(attached ? ['attach', 'main'] : ['switch'], { cols: 80, rows: 24 });
  if (attached) {
    await terminal.waitFor('Working');
    terminal.press('ctrl+^');
  }
  await terminal.waitFor(/▌ ! ultra:api +blocked/);
  await terminal.waitFor('^Y answer');
  terminal.press('ctrl+y');
  await asked(terminal, 'npm publish');
  terminal.press('y');
  await terminal.waitFor('Answered ultra:api: Yes, proceed');
  expect(asker.keys('api')).toMatchObject([{ key: 'y', shown: 'npm publish' }]);
  terminal.press('ctrl+r');
  await terminal.waitFor('❯ api');
  terminal.type('2');
  terminal.press('enter');
  await terminal.waitFor('ultra:api is ultra:api2 now.');
  terminal.press('esc');
  if (attached) {
    await terminal.waitFor((text) => text.includes('Working') && !text.includes('ultra:api'));
    terminal.press('ctrl+\\');
  }
  expect(await terminal.waitForExit()).toBe(0);
  expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['api2', 'main']);
});

test('the session that the switcher was opened in may be renamed or killed there', async () => {
  const asker = createAsker();
  await asker.start('main');
  const terminal = asker.rig.open(['attach'], { cols: 80, rows: 24 });
  await terminal.waitFor('Working');
  terminal.press('ctrl+^');
  await terminal.waitFor('enter attach');
  terminal.press('ctrl+r');
  await terminal.waitFor('❯ main');
  terminal.type('2');
  terminal.press('enter');
  await terminal.waitFor('ultra:main is ultra:main2 now.');
  await terminal.waitFor(/[●○] ultra:main2/);
  terminal.press('esc');
  await terminal.waitFor((text) => text.includes('Working') && !text.includes('ultra:'));
  terminal.press('ctrl+^');
  await terminal.waitFor('^D kill');
  terminal.press('ctrl+d');
  await terminal.waitFor('Kill this session?');
  terminal.press('y');
  await terminal.waitFor('Killed ultra:main2.');
  terminal.press('esc');
  await terminal.waitForExit();
  expect(terminal.text()).toContain('[ultra:main2 was killed]');
});
