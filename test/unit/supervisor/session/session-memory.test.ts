/** When a session's memory says that it may lack something. */
import { expect, onTestFinished, test } from 'vitest';
import { SessionFile } from '../../../../src/supervisor/memory/session-file.ts';
import type { Session } from '../../../../src/supervisor/session/session.ts';
import { SessionMemory } from '../../../../src/supervisor/session/session-memory.ts';

const quiet = { info: () => {}, error: () => {} };

/** As a successor has it, at rest. */
function memoryAtRest(): SessionMemory {
  const file = new SessionFile();
  const session = { terminal: { screen: {} }, fullName: 'a session' } as unknown as Session;
  const memory = new SessionMemory(session, quiet, file);
  onTestFinished(() => memory.dispose());
  return memory;
}

const isLinux = process.platform === 'linux';

test.runIf(isLinux)(
  'output that has been read may have a report in it until it was looked at',
  () => {
    const memory = memoryAtRest();
    expect(memory.file.marks).toEqual({ screen: false, state: false });
    memory.output(Buffer.from('\x1b]7501;'));
    expect(memory.file.marks).toEqual({ screen: true, state: true });
    memory.scanned({ drew: true, inSequence: false, changesModes: false });
    expect(memory.file.marks).toEqual({ screen: true, state: false });
    memory.output(Buffer.from('\x1b]7501;'));
    memory.scanned({ drew: true, inSequence: true, changesModes: false });
    expect(memory.file.marks.state).toBe(true);
    memory.output(Buffer.from('\x1b]7501;'));
    memory.scanned({ drew: true, inSequence: false, changesModes: false });
    expect(memory.file.marks.state).toBe(false);
    memory.reading();
    expect(memory.file.marks.state).toBe(true);
    memory.output(Buffer.from('no report'));
    expect(memory.file.marks.state).toBe(true);
    memory.scanned({ drew: true, inSequence: false, changesModes: false });
    expect(memory.file.marks.state).toBe(false);
  },
);

test.runIf(isLinux)('a stream keeps its mark until it is looked at', () => {
  const memory = memoryAtRest();
  const read = () => {
    memory.reading();
    memory.output(Buffer.from('much output'));
    memory.scanned({ drew: true, inSequence: false, changesModes: false });
    return memory.file.marks.state;
  };
  expect([read(), read()]).toEqual([false, false]);
  expect([read(), read()]).toEqual([true, true]);
  expect(memory.file.marks.state).toBe(true);
});
