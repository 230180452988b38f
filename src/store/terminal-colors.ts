/**
 * Remembers the colours that a terminal last reported, for sessions that start without one. Only a
 * hint: a file that is unreadable or invalid counts as absent.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import { type Colors, knownColors } from '../terminal/colors.ts';

export function readColors(path: string): Colors {
  try {
    return knownColors(JSON.parse(readOwn(path)));
  } catch {
    return {};
  }
}

/** @throws the system's error when it cannot be written */
export function keepColors(path: string, colors: Colors): void {
  const temporary = `${path}.${uniqueHex()}.tmp`;
  try {
    const text = `${JSON.stringify(colors)}\n`;
    privately(() => writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' }));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
