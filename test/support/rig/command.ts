import { join } from 'node:path';
import { repository } from '../repository.ts';

/** The built command, as people run it. */
export const COMMAND = join(repository, 'bin', 'codex-sessions');
