import { expect, test } from 'vitest';
import { typedElsewhere } from '../../../src/cli/far-advice.ts';

test.each([
  ['Start it again: codex-sessions start api:review', 'start box/api:review'],
  ['Start it again: codex-sessions start codex:a b:x:1a2b3c4d', 'start box/codex:a b:x:1a2b3c4d'],
  ["codex-sessions peek 'it'\\''s:main'", "peek 'box/it'\\''s:main'"],
  ['see with "codex-sessions peek "my project:main"".', 'peek "box/my project:main""'],
  ['codex-sessions answer api:x y --for 1a2b.', 'answer box/api:x y --for 1a2b.'],
  ['codex-sessions start -C /p/api -d nix -- -m x', 'start -C /p/api -d box/nix -- -m x'],
  ['codex-sessions wait api:x --until blocked', 'wait box/api:x --until blocked'],
  ["codex-sessions kill -y 'api:*' b", "kill -y 'box/api:*' box/b"],
  ['codex-sessions send x -- -text', 'send box/x -- -text'],
  ['"codex-sessions ls --all" shows more', 'ls --all box/" shows more'],
  ['"codex-sessions restore" brings', 'restore box/" brings'],
  ['codex-sessions restore --killed', 'restore --killed box/'],
  ['codex-sessions ls api', 'ls box/ api'],
  ['"codex-sessions start" begins one.', 'start box/" begins one.'],
  ['codex-sessions fork api:x NAME', 'fork box/api:x NAME'],
  ['codex-sessions rename api:x y', 'rename box/api:x y'],
])('%s', (said, there) => {
  expect(typedElsewhere(said, 'box')).toContain(`codex-sessions ${there}`);
});

test('several in a sentence, and what is for the machine itself', () => {
  expect(
    typedElsewhere(
      'See it: codex-sessions answer x, or codex-sessions attach x. --force types all the same.',
      'me@box',
    ),
  ).toBe(
    'See it: codex-sessions answer me@box/x, or codex-sessions attach me@box/x. --force types all the same.',
  );
  expect(typedElsewhere('codex-sessions supervisor upgrade begins anew.', 'box')).toBe(
    'ssh box codex-sessions supervisor upgrade begins anew.',
  );
});

test('other programs are run there', () => {
  const there = (said: string) => typedElsewhere(said, 'box');
  expect(there('It is stopped: kill -CONT 12 13. Or "codex-sessions ls"')).toBe(
    'It is stopped: ssh box kill -CONT 12 13. Or "codex-sessions ls box/"',
  );
  expect(there('loginctl enable-linger')).toBe('ssh box loginctl enable-linger');
  expect(there("Close it: chmod 700 '/home/me/x'")).toContain("ssh box chmod 700 '/home/me/x'");
  for (const said of ['Kill it first.', 'or: kill it', "chmod 700 '/my dir'"])
    expect(there(said)).toBe(said);
});

test('what is no command line of ours stays as it is', () => {
  for (const said of [
    'codex-sessions: there is no session x',
    'If codex-sessions was run as that user',
    'Look there: ssh box codex-sessions ls',
    "CODEX_SESSIONS_DIR='/d' codex-sessions kill-all; then remove it",
    '/opt/codex-sessions start x',
    'the codex-sessions on box',
    'codex-sessions start box/x. See: codex-sessions ls box/',
    "codex-sessions kill -y 'box/a b:*' box/c",
  ])
    expect(typedElsewhere(said, 'box')).toBe(said);
});
