import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { dist } from '../../support/repository.ts';

/** Chunks are opened when a command needs them: one that is broken would show up at a user's. */
test('every file of the build is a script that can be read', () => {
  const files = readdirSync(dist).filter((name) => name.endsWith('.js'));
  expect(files).toContain('cli.js');
  for (const name of files)
    expect(() => new Script(readFileSync(join(dist, name), 'utf8')), name).not.toThrow();
});
