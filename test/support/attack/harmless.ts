/** Runs commands, and fails if a person would see a text as something other than it is. */
import { expect } from 'vitest';
import type { Rig } from '../rig/rig.ts';
import { hiddenIn, isHidden } from './hidden-text.ts';

const SGR = /\x1b\[[\d;:]*m/g;
/** What our own frames contain besides text. */
const FRAME = /\x1b\[[?>]?[\d;:]*[A-Za-z]|\r/g;

/** Nothing in it may look like something else to a person. */
export async function looks(rig: Rig, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout, stderr } = await rig.run(args, { cwd });
  expect({ args, stdout: hiddenIn(stdout, SGR), stderr: hiddenIn(stderr) }).toEqual({
    args,
    stdout: [],
    stderr: [],
  });
  if (!args.includes('--ansi')) expect(stdout, args.join(' ')).not.toContain('\x1b');
  return stdout;
}

/** What `--json` prints besides; its value. */
export async function json<T>(rig: Rig, args: readonly string[], cwd?: string): Promise<T> {
  const { stdout, stderr } = await rig.run([...args, '--json'], { cwd });
  expect(
    [...stdout].filter((char) => char !== '\n' && isHidden(char)),
    args.join(' '),
  ).toEqual([]);
  expect(hiddenIn(stderr)).toEqual([]);
  return JSON.parse(stdout) as T;
}

/** @param seen on the screen, before a command that draws is left */
export async function looksInTerminal(
  rig: Rig,
  args: readonly string[],
  seen: RegExp,
): Promise<void> {
  const terminal = rig.open(args, { cols: 90 });
  await terminal.waitFor(seen);
  if (args[0] === 'switch' || args[0] === 'watch') terminal.press('ctrl+c');
  await terminal.waitForExit();
  const raw = terminal.raw().toString();
  expect({ args, hidden: hiddenIn(raw, FRAME) }).toEqual({ args, hidden: [] });
}
