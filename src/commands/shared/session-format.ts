/** `ls --format`: prints a line for each session, made from keys of the JSON. */
import { usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { safeJson, safeText } from '../../terminal/safe-text.ts';
import { titleOf } from '../../ui/session-text.ts';

/** A session as commands print it. */
export interface PrintedSession extends SessionInfo {
  /**
   * What it is about: the title without what its state and place say already; empty if nothing
   * remains.
   */
  readonly topic: string;
  /** Whether this process runs inside it. */
  readonly current: boolean;
}

export function printed(
  session: SessionInfo,
  env: NodeJS.ProcessEnv = process.env,
): PrintedSession {
  return {
    ...session,
    topic: titleOf(session),
    current: session.fullName === env.CODEX_SESSIONS_SESSION,
  };
}

/** Named as in docs/json.md. */
export const KEYS = [
  ...(['fullName', 'name', 'project', 'hash', 'root', 'cwd', 'state', 'status'] as const),
  ...(['statusReason', 'statusMessage', 'statusSince', 'turnSince', 'statusSource'] as const),
  ...([
    'asking',
    'question',
    'seen',
    'pid',
    'clients',
    'title',
    'topic',
    'current',
    'contextLeft',
  ] as const),
  ...(['conversation', 'codexVersion', 'outdated', 'resumable', 'createdAt'] as const),
  ...(['lastActivityAt', 'endedAt', 'endedBy', 'exit', 'lastLines'] as const),
] as const satisfies readonly (keyof PrintedSession)[];

type Part = string | { readonly key: keyof PrintedSession };

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', '\\': '\\' };
const PIECE = /\\(.?)|\{\{|\}\}|\{([^{}]*)\}|[{}]|[^\\{}]+/gs;

/**
 * Parses `{name}\t{status}`; `{{` and `}}` are braces.
 * @returns a function that makes the line of a session; the values in it are safe for a terminal
 * @throws UserError (usage) for an unknown key or escape
 */
export function parseFormat(format: string): (session: PrintedSession) => string {
  const parts = [...format.matchAll(PIECE)].map(([piece, escaped, key]) =>
    escaped !== undefined ? escapeOf(escaped) : key !== undefined ? keyOf(key) : textOf(piece),
  );
  return (session) =>
    parts.map((part) => (typeof part === 'string' ? part : shown(session[part.key]))).join('');
}

function escapeOf(char: string): Part {
  const text = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (text !== undefined) return text;
  throw usageError(`--format does not know \\${safeText(char)}`, 'It takes \\t, \\n and \\\\.');
}

function keyOf(typed: string): Part {
  const key = KEYS.find((one) => one === typed);
  if (key) return { key };
  throw usageError(`--format does not know {${safeText(typed)}}`, `It takes ${KEYS.join(', ')}.`);
}

function textOf(piece: string): Part {
  if (piece === '{{' || piece === '}}') return piece[0] ?? '';
  if (piece !== '{' && piece !== '}') return piece;
  throw usageError(
    `--format has a ${piece} without its other half`,
    'A key is written {name}, a brace itself {{ or }}.',
  );
}

/** On one line; empty for what is not known. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  return safeText(typeof value === 'object' ? safeJson(value) : String(value));
}
