/** Who answers on the socket, and what it says is there. */

import { errorCode } from '../../src/platform/errors.ts';
import type { GuardInfo } from '../../src/protocol/answers.ts';
import { answerTo } from '../faults/watcher.ts';
import { RawControl } from '../support/process/raw-client.ts';
import type { Listed, Rig } from '../support/rig/rig.ts';

/** An answer may take this long on a machine that others use. */
const ANSWER_MS = 60_000;
const AGAIN_MS = 5;

export interface Told {
  /** The supervisor's. */
  readonly pid: number;
  readonly sessions: readonly Listed[];
  readonly guard: GuardInfo | undefined;
}

/** @throws Error when nobody answers. */
export async function told(rig: Rig): Promise<Told> {
  const control = await RawControl.open(rig.socket);
  try {
    const { pid } = await control.waitFor({ type: 'welcome' });
    const answer = (await answerTo(control, { type: 'list' })) as unknown as {
      sessions: Listed[];
      guard?: GuardInfo;
    };
    return { pid: Number(pid), sessions: answer.sessions, guard: answer.guard };
  } finally {
    control.close();
  }
}

/**
 * The first answer of a supervisor that is none of these, as a command gets it that comes meanwhile.
 * @throws Error when connecting is refused: then nobody holds the socket, and no command would wait
 */
export async function toldBySuccessor(rig: Rig, dead: ReadonlySet<number>): Promise<Told> {
  const end = performance.now() + ANSWER_MS;
  let last = '';
  while (performance.now() < end) {
    try {
      const answer = await told(rig);
      if (!dead.has(answer.pid)) return answer;
      last = `answered by ${answer.pid}, which is to be dead`;
    } catch (error) {
      last = (error as Error).message;
      if (errorCode(error) === 'ECONNREFUSED')
        throw new Error('nobody listens on the socket any more');
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  throw new Error(`no successor answered in ${ANSWER_MS} ms: ${last}`);
}
