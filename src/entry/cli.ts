/** The file that the command opens: the program itself lies beside it, see code-cache.ts. */
import { runCached } from '../code-cache.ts';

(runCached('./cli-main.js', require) as typeof import('../cli.ts')).start();
