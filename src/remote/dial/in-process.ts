/**
 * Runs a command that only looks in the process of `dial`, as starting another process would take as long
 * as everything else together. One at a time, as a process has one working directory and one standard
 * output.
 */
import { type FarUser, setFarUser } from '../../terminal/far-terminal.ts';
import { redirectOutput } from '../../terminal/output.ts';
import type { Channel } from '../stream/channel.ts';
import { KIND } from '../stream/frames.ts';
import type { DialExit } from './requests.ts';

/**
 * Returns a function that runs the command and gives its exit code; undefined for a command that needs a
 * process of its own.
 */
export type PrepareCommand = (words: readonly string[]) => (() => Promise<number>) | undefined;

export interface Place {
  readonly directory: string;
  readonly user: FarUser;
}

let busy = false;

/** @returns false if another one is running, or if its directory cannot be used */
export function runInProcess(
  channel: Channel,
  command: () => Promise<number>,
  { directory, user }: Place,
): boolean {
  if (busy) return false;
  let before: string;
  try {
    before = process.cwd();
    process.chdir(directory);
  } catch {
    return false;
  }
  busy = true;
  setFarUser(user);
  redirectOutput({
    onOutput: (bytes) => channel.send(bytes),
    onErrors: (bytes) => channel.send(bytes, KIND.errors),
  });
  channel.handlers = {
    // The command runs on, as it ends soon, but its channel ends now.
    onSignal: (name) => channel.finish(KIND.exit, { code: null, signal: `SIG${name}` }),
  };
  channel.tell(KIND.opened, {});
  void command().then((code) => {
    redirectOutput(undefined);
    setFarUser(undefined);
    goBack(before);
    busy = false;
    if (!channel.isOver) channel.finish(KIND.exit, { code, signal: null } satisfies DialExit);
  });
  return true;
}

function goBack(directory: string): void {
  try {
    process.chdir(directory);
  } catch {
    // It has been removed in the meantime.
  }
}
