/** Codex's own record of a conversation, read beside everything that is tested. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  payload?: { type?: string; last_agent_message?: string | null };
}

/** The answers of the turns that have come to their end, oldest first. */
export function finishedAnswers(codexHome: string, conversation: string): string[] {
  const file = recordOf(codexHome, conversation);
  if (file === undefined) return [];
  const answers: string[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!/"(?:task|turn)_complete"/.test(line)) continue;
    const { payload } = parsed(line);
    if (/^(?:task|turn)_complete$/.test(payload?.type ?? ''))
      answers.push(payload?.last_agent_message ?? '');
  }
  return answers;
}

function parsed(line: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    // It is being written.
    return {};
  }
}

function recordOf(codexHome: string, conversation: string): string | undefined {
  const sessions = join(codexHome, 'sessions');
  if (!existsSync(sessions)) return undefined;
  const names = readdirSync(sessions, { recursive: true }) as string[];
  const name = names.find((one) => one.endsWith(`-${conversation}.jsonl`));
  return name && join(sessions, name);
}
