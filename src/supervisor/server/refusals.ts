/** Refusals: replies to requests that cannot be fulfilled, for a reason that the user can act on. */
import type { Refusal } from '../../protocol/messages.ts';

export function refuse(id: number, code: Refusal['code'], message: string, hint?: string): Refusal {
  return { type: 'refused', id, code, message, ...(hint ? { hint } : {}) };
}

export function noSession(id: number, fullName: string): Refusal {
  return refuse(
    id,
    'no-such-session',
    `no session ${fullName} is running`,
    'See them with: codex-sessions ls',
  );
}
