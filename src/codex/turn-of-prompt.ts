/** Which turn of a conversation took a prompt. */
import type { Transcript } from './transcript.ts';
import type { TranscriptItem, Turn } from './transcript-types.ts';

/** The prompts of a conversation, in order. */
export function promptsOf({ items }: Transcript): TranscriptItem[] {
  return items.filter(({ type }) => type === 'prompt');
}

/**
 * The turn that took this prompt, among those after the first `skip` prompts. A prompt that is sent
 * while a turn runs joins it, so turns cannot be counted. Codex may record other white space than
 * was typed (tabs, the ends), so that is not compared. `joined`: it may follow something else, as
 * what stood in the composer is submitted with what is typed after it.
 */
export function turnOfPrompt(
  transcript: Transcript,
  prompt: string,
  skip: number,
  joined: boolean,
): Readonly<Turn> | undefined {
  const wanted = withoutSpace(prompt);
  const prompts = promptsOf(transcript).slice(skip);
  const item =
    prompts.find(({ text }) => withoutSpace(text) === wanted) ??
    (joined ? prompts.find(({ text }) => withoutSpace(text).endsWith(wanted)) : undefined);
  if (item === undefined) return undefined;
  return (
    transcript.turns.find(({ id }) => id === item.turnId) ??
    transcript.turns.find(({ startedAt }) => startedAt >= item.time)
  );
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}
