/**
 * The other machine's end of a line, running every command as a process, so that a test can forge what each
 * prints.
 */
import { serve } from '../../../src/remote/dial/dial.ts';

void serve(process.stdin, process.stdout).then(() => process.exit(0));
