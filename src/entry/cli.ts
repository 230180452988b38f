/** The command without a startup snapshot. */
import { start } from '../cli/main.ts';

start();
