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
import { codexOf, QUESTIONS_OF } from './install.ts';

const SIZES = [
  [40, 10],
  [40, 60],
  [80, 24],
  [200, 50],
] as const;
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
      const screen = asking.terminal.screen().map((row) => row.replace(/ +$/, ''));
      writeFileSync(join(directory, `${scene.name}-${size}.txt`), `${screen.join('\n')}\n`);
      await asking.close();
      console.error(of, scene.name, size);
    }
  }
}
process.exit(0);
