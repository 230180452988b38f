/** The text of a prompt: the words of the command line, or standard input. */
import { isatty } from 'node:tty';
import { usageError } from '../../platform/errors.ts';
import { say } from '../../terminal/output.ts';

/** Codex 0.169 refuses longer ones: "Message exceeds the maximum length of 1048576 characters". */
const PROMPT_MAX_CHARACTERS = 1_048_576;
const LINE_ENDS = /(?:\r?\n)+$/;

/**
 * The words of the command line, else standard input.
 * @throws UserError (usage) for an empty prompt, one that is not text, or one that Codex would refuse
 */
export async function promptFrom(words: readonly string[]): Promise<string> {
  const text = words.length > 0 ? words.join(' ') : decoded(await readAll());
  checkPrompt(text);
  return text;
}

/** @throws UserError (usage) for an empty prompt, or one that Codex would refuse */
export function checkPrompt(text: string): void {
  if (text.trim() === '')
    throw usageError('there is no text to send', 'Give it as an argument or on standard input.');
  const length = charactersOf(text);
  if (length > PROMPT_MAX_CHARACTERS)
    throw usageError(
      `the prompt has ${length} characters, and Codex takes ${PROMPT_MAX_CHARACTERS} at most`,
      'Write it to a file in the project and ask Codex to read that.',
    );
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

async function readAll(): Promise<Buffer> {
  if (isatty(0)) say('Type the text; Ctrl-D on an empty line ends it.');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(LINE_ENDS, '');
  } catch {
    throw usageError('standard input is not text in UTF-8', 'Codex takes nothing else.');
  }
}
