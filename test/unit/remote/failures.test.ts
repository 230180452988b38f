import { expect, test } from 'vitest';
import { sshFailure } from '../../../src/remote/ssh/failures.ts';

const host = { name: 'box', destination: 'me@box', command: 'codex-sessions', directory: '' };

test.each([
  ['Host key verification failed.', 'is not known yet'],
  [
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    'changed',
  ],
  ['me@box: Permission denied (publickey).', 'does not let you in'],
  ['ssh: Could not resolve hostname box: Name or service not known', 'there is no host box'],
  ['ssh: connect to host box port 22: Connection refused', 'cannot be reached'],
  ['ssh: connect to host box port 22: Connection timed out', 'cannot be reached'],
  ['Timeout, server box not responding.', 'the line to box broke'],
  ['something new', 'ssh to box has failed'],
])('of ssh: %s', (said, what) => {
  expect(sshFailure(host, 255, said, false).message).toContain(what);
});

test('of what was to be run there', () => {
  const of = (code: number, said: string) => sshFailure(host, code, said, false);
  expect(of(127, 'bash: codex-sessions: command not found').message).toContain(
    'there is no codex-sessions on box',
  );
  const noNode = of(127, 'codex-sessions needs Node 20.19, 22.3 or newer, and there is no node');
  expect(noNode.message).toContain('finds no Node');
  expect(noNode.hint).toContain('[hosts.box] command');
  expect(of(126, 'Permission denied').message).toContain('cannot be run');
  expect(of(2, "codex-sessions: unknown command 'dial'").message).toContain('too old');
});

test('who could not be asked is told how to be asked', () => {
  const said = 'me@box: Permission denied (publickey).';
  expect(sshFailure(host, 255, said, true).hint).toContain('in a terminal: codex-sessions ls box/');
});
