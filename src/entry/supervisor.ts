/** The file that a supervisor is started from: the program itself lies beside it. */
import { runCached } from '../code-cache.ts';

runCached('./supervisor-main.js', require);
