/** Two projects with different pins of a version manager: each gets the flags of its own Codex. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from '../../support/rig/rig.ts';

/** As a shim: the nearest pin decides. What knows no `--no-daemon` refuses it, as clap does. */
const SHIM = `version=$(cat pin)
[ "$version" = 0.169.0 ] && flag='      --no-daemon' || flag='      --verbose'
case $1 in
  --version) echo "codex-cli $version"; exit;;
  --help) printf 'Options:\\n%s\\n' "$flag"; exit;;
esac
case "$version $*" in
  0.169.0*) ;;
  *--no-daemon*) echo "error: unexpected argument '--no-daemon' found"; exit 2;;
esac
printf '%s' "$*" >arguments.part; mv arguments.part arguments; exec cat`;

test('a shim is asked where the session starts, and again after an upgrade', async () => {
  const rig = createRig({ codex: SHIM });
  const pin = (name: string, version: string) => {
    const cwd = rig.project(name);
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, 'pin'), version);
    return cwd;
  };
  const [newer, older] = [pin('newer', '0.169.0'), pin('older', '0.144.0')];
  const args = async (cwd: string, ...flags: string[]) => {
    await rig.ok(['start', '-d', ...flags], { cwd: flags.length > 0 ? rig.projectDir : cwd });
    const file = join(cwd, 'arguments');
    return await rig.waitUntil(() => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    }, `${file}, which the program writes`);
  };
  expect(await args(newer)).toContain('--no-daemon');
  expect(await args(older)).not.toContain('--no-daemon');
  expect((await rig.list('--all')).map(({ state }) => state)).toEqual(['running', 'running']);
  // The directory is that of the session.
  const moved = pin('moved', '0.144.0');
  expect(await args(moved, '-C', moved)).not.toContain('--no-daemon');
  await rig.ok(['kill', 'older:main', '-y']);
  pin('older', '0.169.0');
  writeFileSync(join(older, 'arguments'), '');
  await rig.ok(['start', '-d'], { cwd: older });
  await rig.waitUntil(
    () => readFileSync(join(older, 'arguments'), 'utf8').includes('--no-daemon'),
    'the upgraded Codex to be isolated',
  );
});
