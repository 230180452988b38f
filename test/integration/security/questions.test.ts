/** Nothing but reports comes back for questions: `npm run test:fuzz:questions` asks for longer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { questionFuzz, questionProgram } from '../../fuzz/questions.ts';
import { createRig } from '../../support/rig/rig.ts';

const BYTES = 200_000;
const SEED = 1;
const LIMIT_MS = 120_000;

let place = '';
let codex = '';

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'cs-questions-'));
  codex = await questionProgram(place);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each([
  ['with nobody attached', false],
  ['with a terminal that gives back what it is sent', true],
])(
  '200,000 bytes of bent questions, %s: all input is reports',
  async (_, attached) => {
    const options = { seed: SEED, bytes: BYTES, attached, limitMs: LIMIT_MS };
    const { reports } = await questionFuzz(createRig({ codex }), options);
    // Each kind that the supervisor gives has come.
    expect(Object.keys(reports)).toEqual(
      expect.arrayContaining(['DA1', 'CPR', 'DECRPM', 'XTGETTCAP', 'DECRQSS', 'OSC 7501']),
    );
  },
  240_000,
);
