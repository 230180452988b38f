/** Opens a record of Codex. */
import { type FileHandle, open } from 'node:fs/promises';
import { asNotRegular, notRegular, READ_FLAGS } from '../platform/checked-open.ts';

/**
 * @throws like `open`; UserError if it is not a regular file: a FIFO or a device may never end
 */
export async function openRecord(path: string): Promise<FileHandle> {
  const file = await open(path, READ_FLAGS).catch((error: unknown) => {
    throw asNotRegular(error, path);
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}
