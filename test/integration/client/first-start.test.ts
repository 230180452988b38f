/** Two first starts at once in a new CODEX_HOME, of which one ends; the stand-in does as Codex 0.163 does. */
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from '../../support/rig/rig.ts';

/** Draws, ends with the error the first `$1` times, and counts its starts. */
const codex = (version: string, failures: number) => `case $1 in
  --version) echo codex-cli ${version}; exit;;
  --help) printf 'Options:\\n  -c, --config <key=value>\\n'; exit;;
esac
echo start >>"$HOME/starts"
printf '\\033[?1049hloading'; sleep 0.3; printf '\\033[?1049l'
if [ "$(wc -l <"$HOME/starts")" -le ${failures} ]; then
  echo 'ERROR: failed to initialize sqlite local db at /home/x/.codex/state_5.sqlite: while executing migration 13: error returned from database: (code: 1) duplicate column name'
  exit 1
fi
printf '\\033]7501;state=idle:app=codex\\007'
exec sleep 1000`;

function open(version: string, failures: number) {
  const rig = createRig({ codex: codex(version, failures) });
  return {
    rig,
    start: () => rig.run(['start', '-d', 'one'], { waits: true }),
    starts: () => readFileSync(join(rig.home, 'starts'), 'latin1').trim().split('\n').length,
  };
}

test('one that lost to another is tried once more', async () => {
  const { rig, start, starts } = open('0.163.0', 1);
  expect(await start()).toMatchObject({ exitCode: 0, stderr: '' });
  expect(starts()).toBe(2);
  expect((await rig.list())[0]).toMatchObject({ name: 'one', state: 'running' });
});

test('but not for ever', async () => {
  const { start, starts } = open('0.163.0', 9);
  const { exitCode, stderr } = await start();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('ultra:one ended at once (1)');
  expect(stderr).toContain('duplicate column name');
  expect(starts()).toBe(2);
});

test('in a CODEX_HOME that has been in use, and from 0.169 on, it is an error like any other', async () => {
  const used = open('0.163.0', 9);
  utimesSync(used.rig.file('home/.codex/state_5.sqlite', ''), 0, 0);
  expect((await used.start()).exitCode).toBe(0);
  expect(used.starts()).toBe(1);
  const newer = open('0.169.0', 9);
  expect((await newer.start()).exitCode).toBe(0);
  expect(newer.starts()).toBe(1);
});
