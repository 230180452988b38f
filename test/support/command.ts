import { join } from 'node:path';

/** The built command, as people run it. */
export const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'codex-sessions');
