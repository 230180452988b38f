/** What a session's memory file tells a successor, besides the screen. */
import * as v from 'valibot';
import { SessionSpec } from '../../protocol/messages.ts';
import type { SessionFile } from '../memory/session-file.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import { TerminalFacts } from '../program/terminal-state.ts';
import type { StartUp } from './start-up.ts';

const RememberedFixed = v.object({
  spec: SessionSpec,
  pid: v.number(),
  startTime: v.string(),
  createdAt: v.number(),
});

const RememberedState = v.object({
  ...TerminalFacts.entries,
  name: v.string(),
  fullName: v.string(),
  killed: v.boolean(),
  up: v.boolean(),
});

/** The part of a session that is stored. */
export interface RememberedSession {
  readonly spec: SessionSpec;
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly createdAt: number;
  readonly killed: boolean;
  readonly startUp: Pick<StartUp, 'up'>;
  readonly terminal: Pick<ProgramTerminal, 'facts'>;
}

/** What never changes. */
export type RememberedFixed = v.InferOutput<typeof RememberedFixed>;
export type RememberedState = v.InferOutput<typeof RememberedState>;

export function fixedOf({ spec, pid, startTime, createdAt }: RememberedSession): RememberedFixed {
  return { spec, pid, startTime: startTime ?? '', createdAt };
}

export function stateOf({ spec, killed, startUp, terminal }: RememberedSession): RememberedState {
  const { name, fullName } = spec;
  return { ...terminal.facts(), name, fullName, killed, up: startUp.up };
}

/** @throws Error if it is incomplete, or was written by an incompatible version */
export function readRemembered(
  file: SessionFile,
): readonly [fixed: RememberedFixed, state: RememberedState] {
  return [v.parse(RememberedFixed, file.readFixed()), v.parse(RememberedState, file.readState())];
}
