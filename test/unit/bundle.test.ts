import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';

/** Chunks are opened when a command needs them: one that is broken would show up at a user's. */
test('every file of the build is a script that can be read', () => {
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  const files = readdirSync(dist).filter((name) => name.endsWith('.js'));
  expect(files).toContain('cli.js');
  for (const name of files)
    expect(() => new Script(readFileSync(join(dist, name), 'utf8')), name).not.toThrow();
});
