/** Extracts values from the JSON of a record; accepts any JSON. */
import type { TranscriptItem, TranscriptMeta } from './transcript-types.ts';

export type Json = Readonly<Record<string, unknown>>;

export function metaOf(payload: Json): TranscriptMeta | undefined {
  const id = stringOf(payload.id);
  if (id === undefined) return undefined;
  const cwd = stringOf(payload.cwd);
  const version = stringOf(payload.cli_version);
  const history = isObject(payload.history_base) ? payload.history_base : {};
  const baseId = stringOf(history.thread_id);
  const bytes = history.end_byte_offset;
  return {
    id,
    ...(cwd !== undefined && { cwd }),
    ...(version !== undefined && { version }),
    ...(baseId !== undefined && typeof bytes === 'number' && { base: { id: baseId, bytes } }),
  };
}

/** Parses the outcome of a command from the text that the model is given. */
export function fromOutput(output: string): Pick<TranscriptItem, 'text' | 'exitCode' | 'outcome'> {
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(output)?.[1];
  const at = output.indexOf('\nOutput:\n');
  const text = at < 0 ? output : output.slice(at + '\nOutput:\n'.length);
  if (code === undefined) {
    return { text, outcome: /\baborted by user\b/.test(output) ? 'interrupted' : 'declined' };
  }
  const exitCode = Number(code);
  return { text, exitCode, outcome: exitCode === 0 ? 'completed' : 'failed' };
}

/** A command as a user would type it: without the shell that Codex runs it with. */
export function commandOf(value: unknown): string {
  if (isObject(value)) return commandOf(value.cmd ?? value.command);
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  const words = value.filter((word) => typeof word === 'string');
  const [shell, flag, script] = words;
  if (words.length === 3 && script !== undefined && /^-l?c$/.test(flag ?? '')) {
    if (/(?:^|\/)(?:ba|z|da|k|fi)?sh$/.test(shell ?? '')) return script;
  }
  return words.join(' ');
}

/** The text of all parts of a message, whatever their type. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content.map((part) => (isObject(part) ? stringOf(part.text) : stringOf(part)));
  return parts.filter((part) => part !== undefined).join('');
}

export function parsed(json: unknown): unknown {
  try {
    return typeof json === 'string' ? JSON.parse(json) : json;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
