/**
 * Makes test/fixtures/questions again, from the real Codex: `node scripts/run-ts.mjs
 * test/versions/capture-questions.ts [VERSION [SCENE …]]`, once `npm run test:versions` has installed them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../support/repository.ts';
import { askingCodex } from '../support/rig/asking-codex.ts';
import { SCENES } from '../support/rig/question-scenes.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { codexOf, QUESTIONS_OF } from './install.ts';

const SIZES = [
  [40, 10],
  [40, 60],
  [60, 18],
  [80, 24],
  [200, 50],
] as const;
/** Keys of the first moments are dropped. */
async function moveDown(terminal: Terminal): Promise<void> {
  const moved = (screen: string) => /^ *› 2\./m.test(screen) && !terminal.modes().synchronized;
  for (let tries = 0; tries < 5; tries++) {
    terminal.press('down');
    if (
      await terminal.waitFor(moved, { timeout: 500 }).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error(`the selection does not move\n${terminal.text()}`);
}

function screenOf(terminal: Terminal): string {
  return `${terminal
    .screen()
    .map((row) => row.replace(/ +$/, ''))
    .join('\n')}\n`;
}

/** The same in each run: it is drawn. */
const cwd = join(tmpdir(), 'codex-question');
const [version, ...names] = process.argv.slice(2);

for (const of of version ? [version] : QUESTIONS_OF) {
  const directory = join(repository, 'test', 'fixtures', 'questions', of);
  mkdirSync(directory, { recursive: true });
  for (const scene of SCENES) {
    if (names.length > 0 && !names.includes(scene.name)) continue;
    for (const [cols, rows] of SIZES) {
      const size = `${cols}x${rows}`;
      const asking = await askingCodex({ codex: codexOf(of), scene, cols, rows, cwd });
      const { terminal } = asking;
      writeFileSync(join(directory, `${scene.name}-${size}.txt`), screenOf(terminal));
      if (scene.choices > 1 && rows > 10) {
        await moveDown(terminal);
        writeFileSync(join(directory, `${scene.name}-${size}-down.txt`), screenOf(terminal));
      }
      await asking.close();
      console.error(of, scene.name, size);
    }
  }
}
process.exit(0);
