/** Ctrl-O in the switcher and `watch`: what it runs, and the line that it gives to show. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openBeside } from '../../../src/commands/shared/open.ts';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

afterEach(() => vi.unstubAllEnvs());

const session = (rig: Rig, state: SessionInfo['state']) => ({
  ...{ fullName: 'codex:ultra:review:12345678', project: 'ultra', name: 'review' },
  ...{ hash: '12345678', root: rig.projectDir, state },
});

function surround(rig: Rig, program: string, env: Readonly<Record<string, string>>): string {
  const bin = dirname(
    rig.program(program, `printf '%s\\0' "$@" >'${rig.root}/notes'; echo no >&2; exit $CODE`),
  );
  const blank = { TMUX: '', KITTY_WINDOW_ID: '', WEZTERM_PANE: '', CODEX_SESSIONS_SESSION: '' };
  for (const [name, value] of Object.entries({ ...rig.env, ...blank, CODE: '0', ...env }))
    vi.stubEnv(name, value);
  vi.stubEnv('ZELLIJ', undefined);
  vi.stubEnv('PATH', `${bin}:${rig.env.PATH}`);
  return join(rig.root, 'notes');
}

const noted = (path: string) => readFileSync(path, 'utf8').split('\0').slice(0, -1);

test('a pane with what runs, attached; what has ended is started there', async () => {
  const rig = createRig();
  const notes = surround(rig, 'wezterm', { WEZTERM_PANE: '3' });
  expect(await openBeside(session(rig, 'running'))).toBe(
    'Opened ultra:review in a new pane of WezTerm.',
  );
  expect(noted(notes).slice(0, 3)).toEqual(['cli', 'split-pane', '--right']);
  expect(noted(notes).slice(-2)).toEqual(['attach', 'codex:ultra:review:12345678']);
  await openBeside(session(rig, 'lost'), 'tab');
  expect(noted(notes).slice(0, 2)).toEqual(['cli', 'spawn']);
  expect(noted(notes).slice(-2)).toEqual(['start', 'codex:ultra:review:12345678']);
});

test('kitty without a socket is not waited for: its reply would come as a key', async () => {
  const rig = createRig();
  const notes = surround(rig, 'kitten', { KITTY_WINDOW_ID: '3' });
  await openBeside(session(rig, 'running'));
  expect(noted(notes)[2]).toBe('--no-response');
  vi.stubEnv('KITTY_LISTEN_ON', 'unix:/tmp/kitty');
  await openBeside(session(rig, 'running'));
  expect(noted(notes)[2]).toBe('--self');
});

test('what went wrong is said, and what to do', async () => {
  const rig = createRig();
  surround(rig, 'wezterm', { WEZTERM_PANE: '3', CODE: '4' });
  await expect(openBeside(session(rig, 'running'))).rejects.toMatchObject({
    message: 'WezTerm opened no pane: no',
    hint: expect.stringContaining('codex-sessions attach'),
  });
  vi.stubEnv('WEZTERM_PANE', '');
  await expect(openBeside(session(rig, 'running'))).rejects.toMatchObject({
    message: 'there is no tmux, zellij, kitty or WezTerm here to open a pane in',
    hint: expect.stringContaining('open = "'),
  });
});

test('who leaves while a pane is opened leaves no directory', async () => {
  const rig = createRig();
  const place = join(rig.root, 'tmp');
  mkdirSync(place);
  const notes = surround(rig, 'wezterm', { WEZTERM_PANE: '3', TMPDIR: place });
  const program = rig.program('wezterm', `ls -A "$TMPDIR" >'${notes}'`);
  vi.stubEnv('PATH', `${dirname(program)}:${rig.env.PATH}`);
  await openBeside(session(rig, 'running'));
  expect(readFileSync(notes, 'utf8')).toBe('');
});
