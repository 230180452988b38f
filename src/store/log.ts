/**
 * The supervisor's log: short, written synchronously so that the last line before a crash is there, and
 * never the cause of one. Environment values and typed text must not be logged.
 */
import { appendFileSync, closeSync, fstatSync, renameSync } from 'node:fs';
import { openToAppend } from '../platform/checked-open.ts';
import { messageOf } from '../platform/errors.ts';
import { safeText } from '../terminal/safe-text.ts';

/** Months of ordinary use; one older file of this size is kept. */
const LOG_MAX_BYTES = 1024 * 1024;

export interface Log {
  info(text: string): void;
  error(text: string, error?: unknown): void;
}

export function openLog(path: string): Log {
  const write = (level: string, text: string) => {
    try {
      const line = `${new Date().toISOString()} ${process.pid} ${level} ${safeText(text.replaceAll('\n', ' | '))}\n`;
      append(path, line);
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

/** For the output of a process, which is also started if the log cannot be opened. */
export function openForOutput(path: string): number | 'ignore' {
  try {
    return openToAppend(path);
  } catch {
    return 'ignore';
  }
}

/** Opens the file for each line, as it is rotated and its directory may be recreated. */
function append(path: string, line: string): void {
  const fd = openNotTooLarge(path);
  try {
    appendFileSync(fd, line);
  } finally {
    closeSync(fd);
  }
}

function openNotTooLarge(path: string): number {
  const fd = openToAppend(path);
  try {
    if (fstatSync(fd).size <= LOG_MAX_BYTES) return fd;
    renameSync(path, `${path}.1`);
  } catch {
    // It cannot be rotated: too large a file is better than none.
    return fd;
  }
  closeSync(fd);
  return openToAppend(path);
}

function describe(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}
