import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { dist } from '../../support/repository.ts';

const files = readdirSync(dist).filter((name) => name.endsWith('.js'));
const textOf = (name: string) => readFileSync(join(dist, name), 'utf8');

/** Libraries are opened when a command needs them: one that is broken would show up at a user's. */
test('every file of the build is a script that can be read', () => {
  expect(files).toContain('cli.js');
  for (const name of files) expect(() => new Script(textOf(name)), name).not.toThrow();
});

/** One other character makes a string of two bytes each of the whole source, in the snapshot too. */
test('every file of the build is ASCII', () => {
  for (const name of files) expect(textOf(name).match(/[^\0-\x7f]/g), name).toBeNull();
});

/**
 * What a process loads beside its program is libraries alone. A second copy of a class would make
 * `instanceof` false where the one has thrown and the other asks; see startup/errors.test.ts too.
 */
test('a process has one copy of each class of ours', () => {
  const processes = ['cli.js', 'make-snapshot.js', 'snapshot.js', 'supervisor.js'];
  const withOurs = files.filter((name) => textOf(name).includes('UserError'));
  expect(withOurs).toEqual(processes);
  expect(files.length - processes.length).toBeGreaterThan(2);
  for (const name of processes) expect(textOf(name).match(/"UserError"/g), name).toHaveLength(1);
});
