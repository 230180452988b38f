/** Every kind of question, asked by the real Codex of several versions, read from its screen, and answered. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ReadQuestion, readQuestion } from '../../src/codex/question.ts';
import { type AskingCodex, askingCodex } from '../support/rig/asking-codex.ts';
import { SCENES, type Scene } from '../support/rig/question-scenes.ts';
import { codexOf, PINNED, QUESTIONS_OF } from './install.ts';

const COLS = 100;
const ROWS = 45;
const CUT = ['command-long'];

async function ask(version: string, scene: Scene): Promise<AskingCodex> {
  const cwd = join(tmpdir(), `codex-question-${process.pid}`);
  const options = { codex: codexOf(version), scene, cols: COLS, rows: ROWS, cwd };
  const asking = await askingCodex(options);
  onTestFinished(asking.close);
  return asking;
}

function read({ terminal }: AskingCodex): ReadQuestion | undefined {
  return terminal.modes().synchronized ? undefined : readQuestion(terminal.screen());
}

async function waitForRead(
  asking: AskingCodex,
  what: string,
  met: (read?: ReadQuestion) => boolean,
) {
  await asking.terminal.waitFor(() => !asking.terminal.modes().synchronized && met(read(asking)), {
    what,
  });
}

test.each(
  QUESTIONS_OF.flatMap((version) => SCENES.map((scene) => [version, scene.name, scene] as const)),
)('%s: %s', async (version, name, scene) => {
  const asking = await ask(version, scene);
  const question = read(asking);
  const cut = CUT.includes(name);
  expect(question?.kind).toBe(cut ? 'other' : scene.kind);
  expect(question?.choices).toHaveLength(cut ? 0 : scene.choices);
});

const byName = (name: string) => SCENES.find((scene) => scene.name === name) as Scene;

test.each(
  QUESTIONS_OF.flatMap((version) =>
    ['command', 'patch', 'permissions', 'question', 'mcp-tool'].map(
      (name) => [version, name] as const,
    ),
  ),
)('%s: %s is answered by the number of its last choice', async (version, name) => {
  const asking = await ask(version, byName(name));
  const last = String(read(asking)?.choices.length);
  // The selection moves, so keys of the first moments are over.
  await moveDown(asking);
  asking.terminal.press(last);
  await waitForRead(asking, 'the question to be gone', (question) => question === undefined);
});

test.each(QUESTIONS_OF)('%s: the next of two is drawn without a report', async (version) => {
  const call = (cmd: string) => ({
    name: 'exec_command',
    arguments: { cmd, sandbox_permissions: 'require_escalated', justification: 'it is wanted' },
  });
  const calls = [call('touch /root/one'), call('touch /root/two')];
  const scene: Scene = {
    name: 'two',
    kind: 'command',
    choices: 3,
    answer: { type: 'calls', calls },
  };
  const asking = await ask(version, scene);
  const first = read(asking);
  await moveDown(asking);
  expect(read(asking)?.digest).toBe(first?.digest);
  const before = asking.terminal.raw().length;
  asking.terminal.press('3');
  await waitForRead(
    asking,
    'the other question',
    (question) => question?.kind === 'command' && question.command !== first?.command,
  );
  expect(read(asking)?.digest).not.toBe(first?.digest);
  expect(asking.terminal.raw().subarray(before).toString('latin1')).not.toContain(']7501;');
});

/** Only what is on the screen without its marks is compared: where a terminal wraps is not known. */
function letters(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '');
}

test.each(
  ['command', 'imitation-choices', 'permissions', 'question', 'mcp-tool'].map((name) => [name]),
)(`${PINNED}: %s, at all sizes, is read whole or not at all`, async (name) => {
  const scene = byName(name);
  const asking = await ask(PINNED, scene);
  const { terminal } = asking;
  await moveDown(asking);
  let whole = 0;
  for (const cols of [20, 40, 80, 120]) {
    for (let rows = 5; rows <= 40; rows++) {
      const before = terminal.raw().length;
      terminal.resize(cols, rows);
      const drawn = () => terminal.raw().length > before && !terminal.modes().synchronized;
      await terminal.waitFor(drawn, { what: `a frame of ${cols}x${rows}` });
      const question = read(asking);
      if (question === undefined || question.kind === 'other') continue;
      whole++;
      expect(question.kind).toBe(scene.kind);
      expect(question.choices).toHaveLength(scene.choices);
      const { command = '' } = scene;
      expect(letters(question.command ?? '')).toBe(letters(command));
    }
  }
  expect(whole).toBeGreaterThan(40);
});

/** Presses until the marker has moved: keys of the first moments are dropped. */
async function moveDown(asking: AskingCodex): Promise<void> {
  const moved = (question?: ReadQuestion) => question?.choices[0]?.selected === false;
  for (let tries = 0; tries < 5; tries++) {
    asking.terminal.press('down');
    const met = () => moved(read(asking));
    const done = await asking.terminal.waitFor(met, { timeout: 500 }).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
  throw new Error(`the selection does not move\n${asking.terminal.text()}`);
}
