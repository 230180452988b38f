import { join } from 'node:path';

/** The top directory of the checkout that is tested. */
export const repository = join(import.meta.dirname, '..', '..');
/** Its build. */
export const dist = join(repository, 'dist');
