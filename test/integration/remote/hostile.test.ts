/** What another machine says of its sessions is a stranger's: `watch` and the switcher show it, and nothing of it acts. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { looksInTerminal } from '../../support/attack/harmless.ts';
import { bundle } from '../../support/process/bundle.ts';
import { repository } from '../../support/repository.ts';
import { sessionInfo } from '../../support/rig/session-info.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';

const EVIL = '\x1b]0;pwned\x07\x1b[2J\x1b[31m\u202eevil\u200b\x9b1m\r\n$(touch pwned)';
const SIZE = { cols: 140, rows: 30 };

/** A machine whose commands print this, whatever is so. */
async function tells(rig: FarRig, list: unknown, events: readonly unknown[]): Promise<void> {
  const place = join(rig.there.root, 'forged');
  mkdirSync(join(place, 'bin'), { recursive: true });
  const dial = join(place, 'dist', 'forger.js');
  await bundle(join(repository, 'test/support/ssh/forger.ts'), dial);
  const file = (name: string, text: string) => {
    writeFileSync(join(place, name), text, { mode: 0o755 });
    return join(place, name);
  };
  const listed = file('list', JSON.stringify(list));
  const told = file('events', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  file(
    'bin/codex-sessions',
    `#!/bin/sh\ncase $1 in\nlist) exec cat ${listed};;\nevents) cat ${told}; exec sleep 600;;\nesac\nprintf '%b' 'codex-sessions: no \\033]0;pwned\\007\\033[2J\\n' >&2; exit 1\n`,
  );
  rig.here.file(
    'home/.config/codex-sessions/config.toml',
    `[hosts.box]\ncommand = "${process.execPath} ${dial}"\n`,
  );
}

const evil = (name: string, changes: Partial<SessionInfo> = {}): SessionInfo =>
  sessionInfo(`x:${name}`, {
    fullName: `codex:${EVIL}:${name}:01234567`,
    project: EVIL,
    cwd: `/x/${EVIL}`,
    title: `topic ${EVIL}`,
    status: 'blocked',
    statusReason: EVIL,
    statusMessage: EVIL,
    question: EVIL,
    ...changes,
  });

test('names, titles and questions with sequences in them are only text', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  await tells(
    rig,
    [evil('listed'), evil('ended', { state: 'exited', pid: null, lastLines: [EVIL, EVIL] })],
    [{ event: 'snapshot', at: null, seq: null, session: evil('told') }],
  );
  for (const command of ['watch', 'switch']) {
    await looksInTerminal(rig.here, [command], /box\/.*told/);
    const terminal = rig.here.open([command], SIZE);
    await terminal.waitFor(/box\/.*told/);
    terminal.press('down');
    terminal.press('down');
    // What a command there says is no better.
    await rig.here.waitUntil(() => {
      // Not as long as the choice has just moved by itself.
      const isOpen = /Kill this session|Take it off/.test(terminal.text());
      if (!isOpen) terminal.press(command === 'watch' ? 'K' : 'ctrl+d');
      return isOpen;
    }, 'it to be asked');
    terminal.press('y');
    await terminal.waitFor('box: no');
    expect(terminal.title).not.toContain('pwned');
    terminal.press('esc');
    await terminal.waitForExit();
  }
});

test('what makes no sense leaves that machine out, and no other', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  const session = sessionInfo('x:one');
  for (const [list, event] of [
    [{ a: 1 }, { event: 'snapshot', session }],
    [[{ ...session, lastLines: [{}] }], { event: 'snapshot', session }],
    [[], { event: 'snapshot', session: { ...session, clients: 'many' } }],
    [[], { event: 'snapshot', session: [] }],
    [[], 7],
    [[], { event: 'snapshot', session: { ...session, title: 'x'.repeat(400_000) } }],
  ]) {
    await tells(rig, list, [event]);
    const watch = rig.here.open(['watch'], SIZE);
    await watch.waitFor(/box\b.*cannot be understood/);
    expect(watch.text()).toContain('ultra:here');
    expect(watch.text()).not.toContain('box/');
    watch.press('q');
    expect(await watch.waitForExit()).toBe(0);
  }
});

test('one that ends while the first list is on its way is listed as ended', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  const live = sessionInfo('x:one');
  const ended = { ...live, state: 'exited' as const, pid: null, exit: { code: 7, signal: null } };
  await tells(rig, [ended], [{ event: 'exited', at: null, seq: null, session: ended }]);
  const place = join(rig.there.root, 'forged');
  const bin = join(place, 'bin/codex-sessions');
  writeFileSync(join(place, 'before'), JSON.stringify([live]));
  // The first one is late, and of before the end.
  const first = `list) mkdir ${place}/once 2>/dev/null && sleep 1 && exec cat ${place}/before; exec cat`;
  writeFileSync(bin, readFileSync(bin, 'utf8').replace('list) exec cat', first));
  const watch = rig.here.open(['watch'], SIZE);
  await watch.waitFor(/✗ box\/x:one +exited 7/, { timeout: 10_000 });
  watch.press('q');
  expect(await watch.waitForExit()).toBe(0);
});
