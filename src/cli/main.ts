/**
 * Parses the command line, runs the command, and turns its errors into two lines and an exit code. What
 * this file imports delays every command.
 */

import { adviceFor, EXIT, errorCode, messageOf, UserError } from '../platform/errors.ts';
import { VERSION } from '../platform/version.ts';
import { leaveLauncher } from '../startup/index.ts';
import { adviseThrough } from '../terminal/advice.ts';
import { farHost } from '../terminal/far-terminal.ts';
import { canDraw, exitWhenWritten, print, printPainted, say } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { findCommand, type Parsed } from './command-spec.ts';
import { COMMANDS } from './command-table.ts';
import { typedElsewhere } from './far-advice.ts';
import { farOf } from './far-words.ts';
import { parsePlain } from './parse.ts';
import { settle } from './surroundings.ts';

/** The command that the shells' completion calls; see completion/complete.ts. */
const COMPLETE = '__complete';
const DIAL = 'dial';
/** They end soon, change nothing, and need nothing from this process: no input, no signal, no pager. */
const LOOKS = ['list', 'status', 'peek'];

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === COMPLETE) return completed(argv);
  settle(argv, process.env);
  if (farHost() !== undefined || argv[0] === DIAL) adviseThrough(typedByFarUser);
  const [first, second] = argv;
  if (second === undefined && (first === '--version' || first === '-V')) {
    print(VERSION);
    return EXIT.ok;
  }
  if (first === 'help' && second === 'manual') {
    const { showManual } = await import('./manual.ts');
    return showManual();
  }
  const parsed = first === undefined ? bare() : parsePlain(argv, COMMANDS);
  if (parsed) return run(parsed);
  const { parseFully } = await import('./parse-fully.ts');
  const result = parseFully(argv, COMMANDS, VERSION);
  if ('command' in result) return run(result);
  printPainted(result.print);
  return EXIT.ok;
}

/**
 * The host is looked up each time, as `dial` runs commands of users on other machines in its own process.
 */
function typedByFarUser(text: string): string {
  const host = farHost();
  return host === undefined ? text : typedElsewhere(text, host);
}

/** Reports no errors: the user is typing. */
async function completed(argv: readonly string[]): Promise<number> {
  try {
    settle(argv, process.env);
    const { complete } = await import('./completion/complete.ts');
    await complete(argv.slice(1));
  } catch {
    // On an error there is nothing to offer.
  }
  return EXIT.ok;
}

/** Without a command: the switcher in a terminal that can show it, else the list. */
function bare(): Parsed | undefined {
  const command = findCommand(COMMANDS, canDraw() ? 'switch' : 'list');
  return command && parsePlain([command.name], COMMANDS);
}

async function run(parsed: Parsed): Promise<number> {
  const far = farOf(parsed);
  if (far) {
    adviseThrough((text) => typedElsewhere(text, far.host, false));
    return (await import('../commands/far.ts')).run(far);
  }
  const { command, options, positionals, passthrough } = parsed;
  if (command.name === DIAL) return (await import('../commands/dial.ts')).dial(prepareHere);
  const module = await command.load();
  return module.run(options, positionals, passthrough);
}

/** A command that `dial` is to run in its own process; undefined if it needs a process of its own. */
function prepareHere(words: readonly string[]): (() => Promise<number>) | undefined {
  const parsed = parsePlain(words, COMMANDS);
  if (!parsed || !LOOKS.includes(parsed.command.name) || farOf(parsed)) return undefined;
  // A list for people also shows other machines.
  if (parsed.command.name === 'list' && parsed.options.json !== true) return undefined;
  return () => run(parsed).catch(report);
}

function report(error: unknown): number {
  if (error instanceof UserError) {
    // Names, paths and other programs' output in them must not forge a line.
    say(`codex-sessions: ${safeText(error.message)}`);
    if (error.hint) say(`  ${safeText(error.hint)}`);
    return error.exitCode;
  }
  const code = errorCode(error);
  if (code === 'EPIPE') return EXIT.ok;
  const advice = adviceFor(code);
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

/** Runs the command of this process, and exits. */
export function start(): void {
  leaveLauncher();
  process.on('uncaughtException', (error) => process.exit(report(error)));
  main(process.argv.slice(2)).then(exitWhenWritten, (error: unknown) =>
    exitWhenWritten(report(error)),
  );
}

/**
 * For the startup snapshot: loads the commands used most, and runs a list and a completion so that
 * their code is compiled; more of it if a supervisor answers.
 */
export async function warmUp(): Promise<void> {
  await Promise.all([
    import('../commands/attach.ts'),
    import('../commands/dial.ts'),
    import('../commands/far.ts'),
    import('../platform/toml.ts'),
    import('../commands/start.ts'),
    import('../commands/status.ts'),
  ]);
  await main(['list']);
  await main([COMPLETE, 'fish', 'kill', '']);
}
