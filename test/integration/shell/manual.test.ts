/** `man codex-sessions`, as the build makes it. */
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { README } from '../../../src/cli/readme.ts';
import { dist, repository } from '../../support/repository.ts';
import { createRig } from '../../support/rig/rig.ts';
import { isInstalled } from '../../support/rig/shells.ts';

const page = join(dist, 'codex-sessions.1');

describe.skipIf(!isInstalled('mandoc'))('the manual', () => {
  test('is such that mandoc finds nothing worse than style', async () => {
    const { stdout, exitCode } = await execa('mandoc', ['-T', 'lint', '-W', 'warning', page]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
  });

  test('has every command and flag, and what the README says of the rest', async () => {
    const { stdout } = await execa('mandoc', ['-T', 'utf8', '-O', 'width=200', page]);
    // Bold and underlined by overstriking.
    const text = stdout.replace(/.\x08/gu, '');
    const words = text.replace(/\s+/g, ' ');
    for (const { name, summary, flags = {}, examples = [], hidden } of COMMANDS) {
      if (hidden) continue;
      expect(words).toContain(name);
      expect(words, name).toContain(summary.slice(1));
      for (const [flag, { help }] of Object.entries(flags)) {
        expect(words, name).toContain(`--${flag}`);
        expect(words, name).toContain(help);
      }
      for (const [line] of examples) expect(words, name).toContain(`codex-sessions ${line}`);
    }
    for (const [, variable = ''] of README.matchAll(/^\| `(CODEX_SESSIONS_[^`]*)`/gm))
      expect(words).toContain(variable);
    expect(text).toContain('detach_key = "ctrl+\\\\"');
    expect(text).toContain('~/.config/codex-sessions/config.toml');
  });
});

test('help manual has man show it', async () => {
  const rig = createRig();
  rig.program('man', 'echo "called with $*"');
  const env = { PATH: `${rig.root}/bin:${rig.env.PATH}` };
  expect(await rig.ok(['help', 'manual'], { env })).toBe(`called with ${page}\n`);
});

test('where there is no man, it says so', async () => {
  const rig = createRig();
  symlinkSync(process.execPath, join(rig.root, 'node'));
  const env = { PATH: rig.root };
  const { stderr, exitCode } = await rig.run(['help', 'manual'], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^codex-sessions: there is no man .*\n {2}Install it .*codex-sessions\.1\.\n$/,
  );
});

test('is installed under both names', () => {
  const { man, bin } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  expect(man).toEqual(['dist/codex-sessions.1', 'dist/cxs.1']);
  expect(readFileSync(join(dist, 'cxs.1'), 'utf8')).toBe('.so man1/codex-sessions.1\n');
  expect(bin.cxs).toBe(bin['codex-sessions']);
});
