/** The commands of the Emacs package, each in an Emacs in batch, on sessions of the real Codex. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ertTests, runErt } from '../support/emacs/emacs.ts';
import { WAIT_MS } from '../support/process/wait-until.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';

/** Some start several sessions, one after the other. */
const LIVE_MS = 180_000;
const PROJECTS = ['other', 'third', "o:d \u202e\n*'d"];

/** The command as users have it: on the PATH. */
function surroundings(rig: Rig): Record<string, string> {
  const program = rig.program('codex-sessions', `exec ${COMMAND} "$@"`);
  const path = `${join(program, '..')}:${rig.env.PATH}`;
  const wait = { CODEX_SESSIONS_TEST_WAIT_MS: String(WAIT_MS) };
  return { ...rig.env, ...wait, PATH: path, TEST_PROJECTS: join(rig.root, 'p') };
}

test.each(ertTests('live'))(
  '%s',
  async (name) => {
    const { rig, model, home, project } = await createCodexRig();
    home.trust(...PROJECTS.map((other) => project(other)));
    const gate = model.hold(/^hold/);
    model.on(/^mark/, { type: 'tool', cmd: 'touch it', justification: 'it is wanted' });
    if (/dies/.test(name)) rig.forgiveLeftovers();
    const said = await runErt('live', name, { env: surroundings(rig), cwd: rig.projectDir });
    gate.release();
    expect(said).toMatch(/, 0 unexpected/);
  },
  LIVE_MS,
);

test('fifty sessions in ten projects', async () => {
  const rig = createRig({ codex: 'exec cat' });
  for (let index = 0; index < 50; index++) {
    const cwd = rig.project(`p${index % 10}`);
    await rig.ok(['start', '-d', `s${index}`], { cwd });
  }
  const said = await runErt('many', undefined, { env: surroundings(rig) });
  expect(said).toMatch(/, 0 unexpected/);
});
