/** The file that a supervisor is started from: the program itself lies beside it. */
import { runCached } from '../startup/code-cache.ts';

runCached('./supervisor-main.js', require);
