import { expect, test } from 'vitest';
import { Transcript } from '../../../src/codex/transcript.ts';
import { turnOfPrompt } from '../../../src/codex/turn-of-prompt.ts';

/** A record of 0.169 in which each of these prompts is a turn, and all but the last are over. */
function recorded(...prompts: string[]): Transcript {
  const transcript = new Transcript();
  prompts.forEach((text, index) => {
    const turn_id = `turn-${index + 1}`;
    const item = { type: 'UserMessage', content: [{ type: 'text', text }] };
    for (const payload of [
      { type: 'task_started', turn_id },
      { type: 'item_completed', turn_id, item },
      ...(index < prompts.length - 1 ? [{ type: 'task_complete', turn_id }] : []),
    ])
      transcript.line(JSON.stringify({ type: 'event_msg', timestamp: `T${index}`, payload }));
  });
  return transcript;
}

test('the turn of a prompt, whatever became of its white space', () => {
  const transcript = recorded('first', 'one\n  two', 'third');
  expect(turnOfPrompt(transcript, 'one\r\n\ttwo \n', 0, false)?.id).toBe('turn-2');
  expect(turnOfPrompt(transcript, 'third', 0, false)).toMatchObject({ state: 'running' });
  expect(turnOfPrompt(transcript, 'fourth', 0, true)).toBeUndefined();
});

test('a prompt of before is not taken for the one that was sent now', () => {
  const transcript = recorded('again', 'again');
  expect(turnOfPrompt(transcript, 'again', 0, false)?.id).toBe('turn-1');
  expect(turnOfPrompt(transcript, 'again', 1, false)?.id).toBe('turn-2');
  expect(turnOfPrompt(transcript, 'again', 2, true)).toBeUndefined();
});

test('what stood in the composer goes with a prompt, which is found only where that may be', () => {
  const transcript = recorded('a draft and the prompt');
  expect(turnOfPrompt(transcript, 'the prompt', 0, false)).toBeUndefined();
  expect(turnOfPrompt(transcript, 'the prompt', 0, true)?.id).toBe('turn-1');
});
