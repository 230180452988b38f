/** A supervisor's entry: runs the program beside it through the code cache. */
import { runCached } from '../startup/code-cache.ts';

runCached('./supervisor-main.js', require);
