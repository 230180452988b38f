/** `npm run test:fuzz:questions -- --seed N --bytes M`: first with nobody attached, then with a terminal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { Rig } from '../support/rig/rig.ts';
import { questionFuzz, questionProgram } from './questions.ts';

const { seed, bytes } = numbersFrom(process.argv.slice(2), {
  seed: freshSeed(),
  bytes: 10_000_000,
});
const LIMIT_MS = 3_600_000;
console.error(`seed ${seed}`);
const bin = frozenBuild();
const place = mkdtempSync(join(tmpdir(), 'cs-questions-'));
const codex = await questionProgram(place);
try {
  for (const attached of [false, true]) {
    const rig = new Rig({ bin, codex });
    try {
      const report = await questionFuzz(rig, { seed, bytes, attached, limitMs: LIMIT_MS });
      console.log(JSON.stringify({ attached, ...report }));
    } catch (error) {
      rig.forgiveLeftovers();
      throw error;
    } finally {
      await rig.close();
    }
  }
} finally {
  rmSync(place, { recursive: true });
}
process.exit(0);
