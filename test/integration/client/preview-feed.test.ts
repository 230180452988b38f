/** What a list shows of a session's screen, whatever happens to the supervisor that says it. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { PreviewFeed } from '../../../src/client/index.ts';
import { type StatePaths, statePaths } from '../../../src/store/paths.ts';
import { keepPreviewWanted, previewWanted } from '../../../src/store/preview-setting.ts';
import { FakeSupervisor } from '../../support/process/fake-supervisor.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { dies, loseSupervisor } from '../../support/rig/successor.ts';

const SIZE = { cols: 40, rows: 10 };
const PROGRAM = `stty raw -echo; printf '%s\\r\\n' "$CODEX_SESSIONS_SESSION"; exec cat`;

const pathsOf = (rig: Rig): StatePaths => statePaths({ ...rig.env });

class Looking {
  readonly feed: PreviewFeed;
  readonly #rig: Rig;
  changes = 0;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.feed = new PreviewFeed(pathsOf(rig));
    this.feed.onChange = () => {
      this.changes += 1;
    };
    onTestFinished(() => this.feed.close());
  }

  get text(): string | undefined {
    return this.feed.capture?.lines.join('\n');
  }

  /** As a list does with each frame. */
  async shows(fullName: string, text: string): Promise<void> {
    await this.#rig.waitUntil(() => {
      this.feed.show(fullName, SIZE);
      return this.text?.includes(text);
    }, `a picture of ${text}`);
    expect(this.feed.capture?.fullName).toBe(fullName);
  }
}

async function start(rig: Rig, name: string): Promise<string> {
  return (await rig.ok(['start', '-d', name])).trim();
}

const type = (rig: Rig, name: string, text: string) =>
  rig.ok(['send', name, '--force', '--no-submit', text]);

test('the session that is chosen last is shown', async () => {
  const rig = createRig({ codex: PROGRAM });
  const [one, two] = [await start(rig, 'one'), await start(rig, 'two')];
  const looking = new Looking(rig);
  await looking.shows(one, ':one:');
  for (let n = 0; n < 30; n++) looking.feed.show(n % 2 ? one : two, SIZE);
  expect(looking.feed.capture).toBeUndefined();
  looking.feed.show(two, SIZE);
  await looking.shows(two, ':two:');
  looking.feed.show(undefined, SIZE);
  expect(looking.feed.capture).toBeUndefined();
  await looking.shows(one, ':one:');
});

test('after an upgrade and a death it goes on, also under another name', async () => {
  const rig = createRig({ codex: PROGRAM });
  const one = await start(rig, 'one');
  const looking = new Looking(rig);
  await looking.shows(one, ':one:');
  await rig.ok(['supervisor', 'upgrade']);
  await type(rig, 'one', 'upgraded');
  await looking.shows(one, 'upgraded');
  await dies(rig);
  await type(rig, 'one', 'after a death');
  // Nobody has to ask again.
  await rig.waitUntil(() => looking.text?.includes('after a death'), 'it to go on');

  await rig.ok(['rename', 'one', 'other']);
  const other = one.replace(':one:', ':other:');
  await rig.waitUntil(() => looking.feed.capture?.fullName === other, 'the name');
  const { changes } = looking;
  looking.feed.show(one, SIZE);
  looking.feed.show(other, SIZE);
  expect(looking.feed.capture?.fullName).toBe(other);
  expect(looking.changes).toBe(changes);
  await dies(rig);
  await type(rig, 'other', 'again');
  await looking.shows(other, 'again');
});

test('a supervisor that knows of no previews is asked again: it may be upgraded', async () => {
  const rig = createRig();
  const supervisor = await FakeSupervisor.listen(rig);
  const looking = new Looking(rig);
  looking.feed.show('codex:ultra:one:00000000', SIZE);
  await rig.waitUntil(() => supervisor.heard.some(({ type }) => type === 'preview'), 'a refusal');
  supervisor.previewed = 'after the upgrade';
  await looking.shows('codex:ultra:one:00000000', 'after the upgrade');
});

test('a session that ends has no capture, one that is started anew has', async () => {
  const rig = createRig({ codex: PROGRAM });
  const one = await start(rig, 'one');
  await start(rig, 'two');
  const looking = new Looking(rig);
  await looking.shows(one, ':one:');
  await rig.ok(['kill', 'one', '-y']);
  await rig.waitUntil(() => looking.feed.capture === undefined, 'the end');
  looking.feed.show(one, SIZE);
  await start(rig, 'one');
  await looking.shows(one, ':one:');
});

test('without a supervisor there is no capture, with the next one there is', async () => {
  const rig = createRig({ codex: PROGRAM, guarded: false });
  const looking = new Looking(rig);
  looking.feed.show('codex:ultra:none:00000000', SIZE);
  const one = await start(rig, 'one');
  await looking.shows(one, ':one:');
  rig.forgiveLeftovers();
  await loseSupervisor(rig);
  await rig.waitUntil(() => looking.feed.capture === undefined, 'the loss');
  await start(rig, 'two');
  await looking.shows(one.replace(':one:', ':two:'), ':two:');
});

test('whether a preview is wanted is kept, for the user alone, if it can be', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d', 'one']);
  const paths = pathsOf(rig);
  expect(previewWanted(paths)).toBe(true);
  keepPreviewWanted(paths, false);
  expect(previewWanted(paths)).toBe(false);
  expect(statSync(paths.preview).mode & 0o777).toBe(0o600);
  expect(readFileSync(paths.preview, 'utf8')).toBe('{"shown":false}\n');
  keepPreviewWanted(paths, true);
  expect(previewWanted(paths)).toBe(true);
  for (const text of ['', 'null', '{"shown":', '[]', '{"shown":3}']) {
    writeFileSync(paths.preview, text);
    expect(previewWanted(paths)).toBe(true);
  }
  const nowhere = { ...paths, preview: '/proc/nothing/preview.json' };
  keepPreviewWanted(nowhere, false);
  expect(previewWanted(nowhere)).toBe(true);
});
