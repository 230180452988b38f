/**
 * Runs a command that only looks in the process of `dial`: one of its own takes as long to start as everything else
 * together. One at a time, as there is one working directory, and one standard output, to a process.
 */
import { type FarUser, setFarUser } from '../../terminal/far-terminal.ts';
import { redirectOutput } from '../../terminal/output.ts';
import type { Channel } from '../stream/channel.ts';
import { KIND } from '../stream/frames.ts';
import type { DialExit } from './requests.ts';

/** Undefined for a command that needs a process of its own. What it returns runs it, and gives its exit code. */
export type PrepareCommand = (words: readonly string[]) => (() => Promise<number>) | undefined;

export interface Place {
  readonly directory: string;
  readonly user: FarUser;
}

let busy = false;

/** @returns false if another one is running, or its directory cannot be used */
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
    // It goes on, as it ends soon, but nobody waits for it.
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
    // It was removed meanwhile.
  }
}
