/**
 * Finds out which command is meant, runs it, and turns what it throws into two lines and an exit code.
 * Every command pays for what this file imports.
 */

import { EXIT, errorCode, messageOf, UserError } from '../platform/errors.ts';
import { VERSION } from '../platform/version.ts';
import { leaveLauncher } from '../startup/index.ts';
import { canDraw, exitWhenWritten, print, printPainted, say } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { findCommand, type Parsed } from './command-spec.ts';
import { COMMANDS } from './command-table.ts';
import { parsePlain } from './parse.ts';

/** For system errors, wherever they come from. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room and try again.',
  EDQUOT: 'Your quota is used up: make room and try again.',
  EROFS: 'The file system is read-only: set CODEX_SESSIONS_DIR to a directory that you can write.',
  EACCES: 'Look at the permissions of that path.',
  EMFILE: 'Too many files are open: close some, or raise "ulimit -n".',
  ENFILE: 'Too many files are open on this machine.',
};

async function main(argv: readonly string[]): Promise<number> {
  const [first, second] = argv;
  if (second === undefined && (first === '--version' || first === '-V')) {
    print(VERSION);
    return EXIT.ok;
  }
  const parsed = first === undefined ? bare() : parsePlain(argv, COMMANDS);
  if (parsed) return run(parsed);
  const { parseFully } = await import('./parse-fully.ts');
  const result = parseFully(argv, COMMANDS, VERSION);
  if ('command' in result) return run(result);
  printPainted(result.print);
  return EXIT.ok;
}

/** No command: the switcher in a terminal that can be drawn on, the list anywhere else. */
function bare(): Parsed | undefined {
  const command = findCommand(COMMANDS, canDraw() ? 'switch' : 'list');
  return command && parsePlain([command.name], COMMANDS);
}

async function run({ command, options, positionals, passthrough }: Parsed): Promise<number> {
  const module = await command.load();
  return module.run(options, positionals, passthrough);
}

function report(error: unknown): number {
  if (error instanceof UserError) {
    // These contain names, paths and output of other programs, which must not forge a line.
    say(`codex-sessions: ${safeText(error.message)}`);
    if (error.hint) say(`  ${safeText(error.hint)}`);
    return error.exitCode;
  }
  const code = errorCode(error);
  if (code === 'EPIPE') return EXIT.ok;
  const advice = code && ADVICE[code];
  if (advice) {
    say(`codex-sessions: ${safeText(messageOf(error))}\n  ${advice}`);
    return EXIT.failure;
  }
  say(`codex-sessions: unexpected error: ${safeText(messageOf(error))}`);
  if (process.env.CODEX_SESSIONS_DEBUG === '1')
    say(error instanceof Error ? (error.stack ?? '') : '');
  else
    say(
      '  This is a bug, please report it. With CODEX_SESSIONS_DEBUG=1 it says where it happened.',
    );
  return EXIT.failure;
}

/** Runs the command that the process was started with, and ends it. */
export function start(): void {
  leaveLauncher();
  process.on('uncaughtException', (error) => process.exit(report(error)));
  main(process.argv.slice(2)).then(exitWhenWritten, (error: unknown) =>
    exitWhenWritten(report(error)),
  );
}

/**
 * For the startup snapshot: loads what people type all day, and runs a list so that what it needs is
 * compiled. Without a supervisor that answers, less is.
 */
export async function warmUp(): Promise<void> {
  await Promise.all([
    import('../commands/attach.ts'),
    import('../commands/peek.ts'),
    import('../commands/send.ts'),
    import('../commands/start.ts'),
    import('../commands/status.ts'),
  ]);
  await main(['list']);
}
