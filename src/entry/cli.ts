/** The file that the command opens: the program itself lies beside it, see code-cache.ts. */
import { runCached } from '../startup/code-cache.ts';

(runCached('./cli-main.js', require) as typeof import('../cli/main.ts')).start();
