/**
 * The supervisor's log: short, appended synchronously so that the last line before a crash is
 * there, and never the reason for one. Environment values and typed text are never given to it.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { messageOf } from '../errors.ts';
import { safeText } from '../safe-text.ts';

/** Months of ordinary use; one older file is kept beside it. */
const LOG_MAX_BYTES = 1024 * 1024;

export interface Log {
  info(text: string): void;
  error(text: string, error?: unknown): void;
}

export function openLog(path: string): Log {
  const write = (level: string, text: string) => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES)
        renameSync(path, `${path}.1`);
      const line = `${new Date().toISOString()} ${process.pid} ${level} ${safeText(text.replaceAll('\n', ' | '))}\n`;
      appendFileSync(path, line, { mode: 0o600 });
    } catch {
      // A full disk must not end a session.
    }
  };
  return {
    info: (text) => write('info', text),
    error: (text, error) =>
      write('error', error === undefined ? text : `${text}: ${describe(error)}`),
  };
}

function describe(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}
