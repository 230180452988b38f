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

/**
 * What a client loads beside its program is libraries alone. A second copy of a class would make
 * `instanceof` false where the one has thrown and the other asks; see startup/errors.test.ts too.
 */
test('a client has one copy of each class of ours', () => {
  const ofOthers = /^(?:cli|snapshot|make-snapshot|supervisor.*)\.js$/;
  const ofClient = files.filter((name) => !ofOthers.test(name));
  expect(ofClient.length).toBeGreaterThan(2);
  const withOurs = ofClient.filter((name) => textOf(name).includes('UserError'));
  expect(withOurs).toEqual(['cli-main.js']);
  expect(textOf('cli-main.js').match(/"UserError"/g)).toHaveLength(1);
});
