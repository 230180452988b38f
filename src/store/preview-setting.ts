/**
 * Remembers whether the user wants a preview beside lists. A file that cannot be read means yes.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import type { StatePaths } from './paths.ts';

type Paths = Pick<StatePaths, 'preview'>;

export function previewWanted({ preview }: Paths): boolean {
  try {
    const kept = JSON.parse(readOwn(preview)) as { shown?: unknown } | null;
    return kept?.shown !== false;
  } catch {
    return true;
  }
}

/** If it cannot be stored, it holds until the command ends. */
export function keepPreviewWanted({ preview }: Paths, shown: boolean): void {
  const temporary = `${preview}.${uniqueHex()}.tmp`;
  try {
    const text = `${JSON.stringify({ shown })}\n`;
    privately(() => writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' }));
    renameSync(temporary, preview);
  } catch {
    rmSync(temporary, { force: true });
  }
}
