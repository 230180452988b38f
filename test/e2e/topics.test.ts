/** What a session is about, in Codex's words, is what people find it by. */
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import type { Listed } from '../support/rig/rig.ts';

interface Event {
  event: string;
  session: { title: string | null; contextLeft?: number | null };
}

test('the list, the switcher and the table show what Codex calls the conversation', async () => {
  const { rig } = await createCodexRig();
  const events = new Background(rig, ['events', '--json']);
  const named = async (name: string) =>
    ((await rig.list('--all')) as (Listed & { contextLeft?: number | null })[]).find(
      (session) => session.name === name,
    );
  await rig.ok(['start', '-d']);
  await rig.ok(['start', '-d', 'login']);
  // It has an id by then, which Codex shows in the title's place.
  await rig.waitUntil(async () => (await named('login'))?.contextLeft === 100, 'the context');
  expect(await named('login')).toMatchObject({ title: null });
  await rig.ok(['run', 'login', 'review | the password form']);
  const topic = 'review | the password form';
  await rig.waitUntil(async () => (await named('login'))?.title === topic, 'the topic');

  const [heading, ...rows] = (await rig.ok(['ls', '--wide'])).split('\n');
  expect(heading).toMatch(/ CONTEXT {2}TOPIC {2,}DIRECTORY$/);
  expect(rows.join('\n')).toMatch(/ultra:login .* 100% {2}review \| the password form {2}\S/);
  const watch = rig.open(['watch']);
  await watch.waitFor(/ultra:login .*review \| the password form/);
  watch.press('q');
  await watch.waitForExit();
  // No name has these letters in this order: the topic alone does.
  const found = rig.open(['switch', 'password']);
  await found.waitFor('You said: review | the password form');
  found.press('ctrl+\\');
  await found.waitForExit();

  await rig.ok(['kill', '-y', 'login']);
  expect(await named('login')).toMatchObject({ title: topic, contextLeft: null });
  await events.until(
    () => events.json<Event>().some(({ event }) => event === 'exited'),
    'the end of the session',
  );
  const titles = events.json<Event>().filter(({ event }) => event === 'title');
  expect(titles.map(({ session }) => session.title)).toEqual([topic]);
  await events.end();
});
