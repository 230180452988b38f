/** Formats the items of a conversation: plain text, Markdown, JSON objects. */
import { safeLines } from '../terminal/safe-text.ts';
import type { TranscriptItem } from './transcript-types.ts';

/**
 * One object of `log --json`. `type`, `time` and `text` are always present; `turnId` if the item
 * belongs to a turn; for commands also `command`, `outcome` and, if known, `exitCode`.
 */
export function itemToJson(item: TranscriptItem): Record<string, string | number> {
  const { type, time, turnId, text, command, exitCode, outcome } = item;
  return {
    type,
    time,
    text,
    ...(turnId !== undefined && { turnId }),
    ...(command !== undefined && { command }),
    ...(outcome !== undefined && { outcome }),
    ...(exitCode !== undefined && { exitCode }),
  };
}

/** A paragraph with a mark for the type of the item before it; ends with a line feed. */
export function itemToText(item: TranscriptItem): string {
  const text = shown(item.text);
  switch (item.type) {
    case 'prompt':
      return `› ${indent(text, '  ')}\n`;
    case 'command':
      return commandLines(item, text);
    case 'answer':
      return `• ${indent(text, '  ')}\n`;
    case 'reasoning':
      return `~ ${indent(text, '  ')}\n`;
    case 'note':
      return `- ${indent(text, '  ')}\n`;
  }
}

function commandLines(item: TranscriptItem, text: string): string {
  const command = indent(shown(item.command ?? ''), '  ');
  const output = text === '' ? '' : `    ${indent(text, '    ')}\n`;
  return `$ ${command}  (${outcomeOf(item)})\n${output}`;
}

/** One Markdown block; ends with an empty line. */
export function itemToMarkdown(item: TranscriptItem): string {
  const text = shown(item.text);
  switch (item.type) {
    case 'prompt':
      return `## Prompt\n\n${quote(text)}\n\n`;
    case 'answer':
      return `${text}\n\n`;
    case 'command':
      return `${fenced(commandLines(item, text).trimEnd(), 'console')}\n\n`;
    case 'reasoning':
      return `${quote(`*Reasoning:* ${text}`)}\n\n`;
    case 'note':
      return `*${text.replaceAll('\n', ' ')}*\n\n`;
  }
}

function outcomeOf({ outcome, exitCode }: TranscriptItem): string {
  if (exitCode === undefined) return outcome ?? 'unknown';
  return exitCode === 0 ? 'ok' : `exit ${exitCode}`;
}

/** A longer line is cut: a command's output may be one line of megabytes. */
const LINE_MAX_COLUMNS = 4_000;

/** Safe for a terminal, without trailing spaces. */
function shown(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  return safeLines(lines, LINE_MAX_COLUMNS).replace(/ +$/gm, '');
}

function indent(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** With a fence that is longer than any in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
