/** The command without a startup snapshot: runs the program beside it through the code cache. */
import { runCached } from '../startup/code-cache.ts';

(runCached('./cli-main.js', require) as typeof import('../cli/main.ts')).start();
