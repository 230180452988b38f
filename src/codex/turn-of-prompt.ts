/** Finds the turn of a conversation to which a prompt belongs. */
import type { Transcript } from './transcript.ts';
import type { TranscriptItem, Turn } from './transcript-types.ts';

export function promptsOf({ items }: Transcript): TranscriptItem[] {
  return items.filter(({ type }) => type === 'prompt');
}

/**
 * The turn of this prompt, which is not among the first `skip` prompts. A prompt sent while a turn
 * runs joins it, so turns cannot be counted. Codex may record white space differently (tabs, the
 * ends), so that is not compared. `joined`: other text may precede the prompt, as text already in
 * the composer is submitted with it.
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
