import type { World } from './world.ts';

export interface Fault {
  readonly name: string;
  /** Has to be done before anybody does something: see docs/reliability.md. */
  readonly alone?: boolean;
  /** Needs a file system of our own. */
  readonly needsDisk?: boolean;
  run(world: World): Promise<void> | void;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just gone.
  }
}
