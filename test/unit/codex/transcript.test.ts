/** Conversations as Codex 0.144 and 0.169 recorded them (test/fixtures/rollouts). */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transcript } from '../../../src/codex/transcript.ts';
import { openConversation, RolloutReader } from '../../../src/codex/transcript-file.ts';
import { itemToJson, itemToMarkdown, itemToText } from '../../../src/codex/transcript-format.ts';

const fixture = (name: string) => join('test/fixtures/rollouts', `${name}.jsonl`);
const read = (name: string) => {
  const transcript = new Transcript();
  for (const line of readFileSync(fixture(name), 'utf8').split('\n')) transcript.line(line);
  return transcript;
};
const brief = ({ items }: Transcript) =>
  items.map(({ type, text, command, exitCode, outcome }) =>
    type === 'command' ? [type, command, outcome, exitCode, text] : [type, text.split('"')[0]],
  );

describe('a record', () => {
  it('of 0.169 holds prompts, answers, commands and how the turns ended', () => {
    const transcript = read('0.169-turns');
    expect(transcript.meta).toMatchObject({ cwd: '/home/user/project', version: '0.169.0' });
    expect(brief(transcript)).toEqual([
      ['prompt', 'hello there'],
      ['answer', 'echo: hello there'],
      ['prompt', 'RUN echo hi; exit 2'],
      ['command', 'echo hi; exit 2', 'failed', 2, 'hi\n'],
      ['answer', 'tool said: '],
      ['prompt', 'please ESCALATE'],
      ['command', 'echo escalated; exit 3', 'failed', 3, 'escalated\n'],
      ['answer', 'tool said: '],
      ['prompt', 'REASON now'],
      ['reasoning', '**Thinking** about it'],
      ['answer', 'thought'],
      ['prompt', 'SLOW one'],
      ['prompt', 'FAIL now'],
      ['prompt', 'ASK now'],
      ['answer', 'tool said: '],
    ]);
    const states = transcript.turns.map(({ state }) => state);
    expect(states).toEqual([...Array(4).fill('finished'), 'aborted', 'aborted', 'finished']);
    expect(transcript.turns[0]).toMatchObject({ answer: 'echo: hello there' });
    expect(transcript.turns[4]).toMatchObject({ reason: 'interrupted' });
    expect(transcript.items[0]).toMatchObject({
      time: '2026-11-22T08:04:14.987Z',
      turnId: transcript.turns[0]?.id,
    });
  });

  it('of 0.144 holds the same in its own dialect', () => {
    const transcript = read('0.144-turns');
    expect(brief(transcript)).toEqual([
      ['prompt', 'hello'],
      ['answer', 'echo: hello'],
      ['prompt', 'please ESCALATE'],
      ['command', 'echo escalated; exit 3', 'failed', 3, 'escalated\n'],
      ['answer', 'tool said: '],
      ['prompt', 'SLOW'],
    ]);
    const states = transcript.turns.map(({ state }) => state);
    expect(states).toEqual(['finished', 'finished', 'aborted']);
  });

  it('tells what was declined, changed, went on in the background, or failed', () => {
    const transcript = read('0.169-errors');
    expect(brief(transcript)).toEqual([
      ['prompt', 'line one\nline two'],
      ['answer', 'echo: line one\nline two'],
      ['prompt', 'ESCALATE'],
      [
        'command',
        'echo escalated; exit 3',
        'interrupted',
        undefined,
        'Wall time: 0.9 seconds\naborted by user',
      ],
      ['prompt', 'PATCH'],
      ['note', 'Files: add /home/user/project/new.txt'],
      ['answer', 'tool said: '],
      ['prompt', 'LONG'],
      ['answer', 'tool said: '],
      ['command', 'sleep 2; echo late', 'completed', 0, 'late\n'],
      ['prompt', 'BAD400'],
      ['note', 'Error: {'],
      ['prompt', 'SLOW'],
      ['prompt', 'queued hello'],
      ['answer', 'echo: queued hello'],
    ]);
    const states = transcript.turns.map(({ state }) => state);
    expect(states).toEqual(['finished', 'aborted', 'finished', 'finished', 'failed', 'finished']);
    expect(transcript.turns[4]?.reason).toContain('bad thing');
  });

  it('tells a turn that failed where Codex does not: the model has said nothing at all', () => {
    const event = (type: string, more: object = {}) =>
      JSON.stringify({ type: 'event_msg', payload: { type, turn_id: 't', ...more } });
    const item = (payload: object) => JSON.stringify({ type: 'response_item', payload });
    const started = event('task_started');
    // As 0.144 ends the turn in both cases.
    const ended = event('task_complete', { last_agent_message: null });
    const prompt = event('user_message', { message: 'anybody?' });
    const ours = item({ type: 'message', role: 'user', content: [] });
    const of = (...lines: string[]) => {
      const transcript = new Transcript();
      for (const line of lines) transcript.line(line);
      return transcript.lastTurn;
    };
    expect(of(started, ours, prompt, ended)).toMatchObject({
      state: 'failed',
      reason: 'Codex has recorded no answer of the model',
    });
    const call = item({ type: 'function_call', call_id: 'c', name: 'x', arguments: '{}' });
    const answer = item({ type: 'message', role: 'assistant', content: [] });
    expect(of(started, ours, prompt, call, ended)).toMatchObject({ state: 'finished' });
    expect(of(started, ours, prompt, answer, ended)).toMatchObject({ state: 'finished' });
    // A command of Codex, such as /compact.
    expect(of(started, ours, ended)).toMatchObject({ state: 'finished' });
    const second = [event('task_started'), prompt, ended];
    expect(of(started, prompt, answer, ended, ...second)).toMatchObject({ state: 'failed' });
  });

  it('survives lines that nobody knows', () => {
    const transcript = new Transcript();
    for (const line of ['', '{', 'null', '[]', '{"type":1}', '{"type":"event_msg"}']) {
      expect(transcript.line(line)).toEqual([]);
    }
    for (const payload of [null, [], 'x', { type: 'item_completed', item: { type: 'Future' } }]) {
      expect(transcript.line(JSON.stringify({ type: 'event_msg', payload }))).toEqual([]);
    }
    expect(transcript.garbage).toBe(3);
  });

  it('closes a turn that a killed process left open when the next begins', () => {
    const transcript = new Transcript();
    const event = (payload: object) =>
      transcript.line(JSON.stringify({ type: 'event_msg', payload }));
    event({ type: 'task_started', turn_id: 'a' });
    expect(transcript.lastTurn?.state).toBe('running');
    event({ type: 'task_started', turn_id: 'b' });
    expect(transcript.turns.map(({ state }) => state)).toEqual(['aborted', 'running']);
  });
});

describe('reading on', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'codex-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('gives each item once, however the file grows', async () => {
    const bytes = readFileSync(fixture('0.169-turns'));
    const path = join(home, 'r.jsonl');
    writeFileSync(path, '');
    const reader = new RolloutReader(path);
    const items: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 1_337) {
      appendFileSync(path, bytes.subarray(at, at + 1_337));
      for (const event of await reader.read()) if (event.type === 'item') items.push(event.item);
    }
    expect(items).toEqual(read('0.169-turns').items);
    expect(await reader.read()).toEqual([]);
  });

  it('does not take a half line for a whole one', async () => {
    const path = join(home, 'r.jsonl');
    const line = JSON.stringify({
      type: 'event_msg',
      payload: { type: 'user_message', message: 'é' },
    });
    const bytes = Buffer.from(`${line}\n`);
    const half = bytes.indexOf(0xc3) + 1;
    writeFileSync(path, bytes.subarray(0, half));
    const reader = new RolloutReader(path);
    expect(await reader.read()).toEqual([]);
    appendFileSync(path, bytes.subarray(half));
    expect(await reader.read()).toMatchObject([{ item: { type: 'prompt', text: 'é' } }]);
  });

  it('begins a fork with the history that it was made from', async () => {
    const put = (name: string, path: string) => {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      copyFileSync(fixture(name), join(home, path));
    };
    put(
      '0.169-errors',
      'archived_sessions/rollout-2026-11-22T08-18-32-01a20255-e1f7-72b1-ad2d-c53c8fd28d9d.jsonl',
    );
    put(
      '0.169-fork',
      'sessions/2026/11/22/rollout-2026-11-22T08-18-44-01a20256-1145-76b3-908c-288455ea78e1.jsonl',
    );
    const reader = await openConversation(home, '01a20256-1145-76b3-908c-288455ea78e1');
    expect(brief(reader!.transcript).slice(-3)).toEqual([
      ['answer', 'echo: queued hello'],
      ['prompt', 'after fork'],
      ['answer', 'echo: after fork'],
    ]);
    expect(reader?.transcript.meta?.id).toBe('01a20256-1145-76b3-908c-288455ea78e1');
    expect(await openConversation(home, '01a20256-1145-76b3-908c-288455ea78e2')).toBeUndefined();
  });
});

describe('an item', () => {
  const command = {
    type: 'command',
    time: 't',
    text: 'a\x1b[31m\n  b```\n',
    command: 'ls\x07',
    exitCode: 2,
    outcome: 'failed',
  } as const;

  it('as text is harmless to a terminal', () => {
    expect(itemToText(command)).toBe('$ ls  (exit 2)\n    a[31m\n      b```\n');
    expect(itemToText({ type: 'prompt', time: '', text: 'a\nb' })).toBe('› a\n  b\n');
  });

  it('as Markdown stays inside its block', () => {
    expect(itemToMarkdown(command)).toBe(
      '````console\n$ ls  (exit 2)\n    a[31m\n      b```\n````\n\n',
    );
    expect(itemToMarkdown({ type: 'prompt', time: '', text: 'a\nb' })).toBe(
      '## Prompt\n\n> a\n> b\n\n',
    );
  });

  it('as JSON is whole', () => {
    expect(itemToJson(command)).toEqual(command);
  });
});
