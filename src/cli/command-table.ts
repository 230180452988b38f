/** Every command, in the order of the help. A command's code is loaded when it runs. */
import type { Command } from './command-spec.ts';
import { EVERYDAY } from './commands/everyday.ts';
import { SCRIPTING } from './commands/scripting.ts';
import { UPKEEP } from './commands/upkeep.ts';

export const COMMANDS: readonly Command[] = [...EVERYDAY, ...SCRIPTING, ...UPKEEP];
