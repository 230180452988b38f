/** `npm run test:fuzz:growth -- --seconds N --only K`: each stream for so long, or the K-th alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { Rig } from '../support/rig/rig.ts';
import { GROWTH_MAX_BYTES, growthOf, growthProgram } from './growth.ts';
import { GROWTH_STREAMS } from './growth-streams.ts';

const MB = 1024 * 1024;
const { seconds, only } = numbersFrom(process.argv.slice(2), { seconds: 60, only: -1 });
const names = Object.keys(GROWTH_STREAMS).filter((_, at) => only < 0 || at === only);
const bin = frozenBuild();
const place = mkdtempSync(join(tmpdir(), 'cs-growth-'));
const codex = await growthProgram(place);
let failed = 0;
for (const name of names) {
  const own = new Rig({ bin, codex });
  try {
    const { maxRssBytes, bytes, echo } = await growthOf(own, name, {
      ms: seconds * 1000,
      bytes: Number.POSITIVE_INFINITY,
    });
    const tooMuch = maxRssBytes > GROWTH_MAX_BYTES;
    if (tooMuch) failed++;
    console.log(
      `${tooMuch ? 'TOO MUCH ' : ''}${Math.round(maxRssBytes / MB)} MB, echo p50 ${echo.medianMs.toFixed(1)} worst ${echo.worstMs.toFixed(0)} own ${echo.worstOwnMs.toFixed(0)} ms (${echo.echoes}), ${Math.round(bytes / MB)} MB written: ${name}`,
    );
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}: ${String(error).slice(0, 1_000)}`);
    own.forgiveLeftovers();
  } finally {
    await own.close();
  }
}
rmSync(place, { recursive: true });
process.exit(failed > 0 ? 1 : 0);
