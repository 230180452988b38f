/** Entry point of a command that starts without a startup snapshot. */
import { start } from '../cli/main.ts';

start();
