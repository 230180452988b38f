/** Sessions of the real Codex and their conversations, for tests of what becomes of them. */

import type { CodexRig } from './codex-rig.ts';
import type { Listed } from './rig.ts';

export interface Session extends Listed {
  conversation: string | null;
}

export async function sessions({ rig }: CodexRig, ...flags: string[]): Promise<Session[]> {
  return (await rig.list(...flags)) as Session[];
}

export async function named(codex: CodexRig, name: string, ...flags: string[]): Promise<Session> {
  const found = (await sessions(codex, ...flags)).find((session) => session.name === name);
  if (!found) throw new Error(`no session ${name}`);
  return found;
}

/** Until the session is of this status, and its conversation known, which may take a moment longer. */
export function whenStatus(codex: CodexRig, name: string, status: RegExp): Promise<Session> {
  return codex.rig.waitUntil<Session | false>(async () => {
    const session = await named(codex, name);
    return status.test(session.status ?? '') && session.conversation !== null && session;
  }, `${name} to be ${status}`);
}

/** Its conversation, once it has one, and another one than this. */
export function conversationOf(
  codex: CodexRig,
  name: string,
  than: string | null = null,
): Promise<string> {
  return codex.rig.waitUntil<string | false>(async () => {
    const { conversation } = await named(codex, name);
    return conversation !== null && conversation !== than && conversation;
  }, `a conversation of ${name}`);
}

/**
 * Starts a session with a prompt and waits for the end of its turn: `done`, as no client looks. The
 * `idle` of the start may still be there when the model already has the prompt.
 */
export async function begun(
  codex: CodexRig,
  name: string,
  prompt: string,
  options: readonly string[] = [],
): Promise<Session> {
  await codex.rig.ok(['start', '-d', name, '--', ...options, prompt]);
  await codex.model.request(new RegExp(prompt));
  await whenStatus(codex, name, /done/);
  // Its id is looked for on disk, and found some ms after Codex has told the beginning of it.
  return codex.rig.waitUntil<Session | false>(async () => {
    const session = await named(codex, name);
    return session.conversation !== null && session;
  }, `the conversation of ${name} to be known`);
}
