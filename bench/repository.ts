import { join } from 'node:path';

/** The bench runs from .bench/build. */
export const repository = join(__dirname, '..', '..');
