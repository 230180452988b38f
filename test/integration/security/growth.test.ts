/** Whatever a program makes its terminal keep: `npm run test:fuzz:growth` goes on for longer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GROWTH_MAX_BYTES, growthOf, growthProgram } from '../../fuzz/growth.ts';
import { GROWTH_STREAMS } from '../../fuzz/growth-streams.ts';
import { createRig } from '../../support/rig/rig.ts';

const MB = 1024 * 1024;
/** What the worst of them grew by with so much, before anything bounded it: 200 MB. */
const LIMITS = { bytes: 8 * MB, ms: 6_000 };

let place = '';
let codex = '';

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'cs-growth-'));
  codex = await growthProgram(place);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each(Object.keys(GROWTH_STREAMS))('%s: the supervisor stays small', async (stream) => {
  const { maxRssBytes, echo } = await growthOf(createRig({ codex }), stream, LIMITS);
  expect(Math.round(maxRssBytes / MB)).toBeLessThan(GROWTH_MAX_BYTES / MB);
  expect(echo.echoes).toBeGreaterThan(0);
});
