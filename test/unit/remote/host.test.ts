import { expect, test } from 'vitest';
import { hostOf, withOwnSsh } from '../../../src/remote/host.ts';

test('what is advised for the other machine itself is run as the configuration here says', () => {
  const said = 'Upgrade it: ssh box codex-sessions supervisor upgrade';
  expect(withOwnSsh(said, hostOf('box', {}))).toBe(said);
  const command = 'PATH=$HOME/node/bin:$PATH codex-sessions';
  const host = hostOf('box', { box: { ssh: 'me@box.example.org', command } });
  expect(withOwnSsh(said, host)).toBe(
    `Upgrade it: ssh me@box.example.org '${command}' supervisor upgrade`,
  );
  expect(withOwnSsh('It is stopped: ssh box kill -CONT 7', host)).toBe(
    'It is stopped: ssh me@box.example.org kill -CONT 7',
  );
});
