/** When a session's memory says that it may lack something. */
import { expect, onTestFinished, test, vi } from 'vitest';
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

test.runIf(isLinux)('a screen whose storing was interrupted is not out of date for seconds', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.advanceTimersByTime(10_000);
  let shown = 'first';
  let interruptedMs = 100;
  const screen = {
    ...{ cols: 80, rows: 24, unparsedBytes: 0, unsettled: false, modesKey: '' },
    shown: { linesAbove: 0 },
    serialize() {
      vi.advanceTimersByTime(interruptedMs);
      return Buffer.from(shown);
    },
  };
  const session = { terminal: { screen, output: { atRest: true } }, fullName: 'a session' };
  const memory = new SessionMemory(session as unknown as Session, quiet, new SessionFile());
  onTestFinished(() => memory.dispose());
  vi.spyOn(memory, 'saveState').mockReturnValue();
  const draw = (text: string) => {
    shown = text;
    memory.output(Buffer.from(text));
    memory.scanned({ drew: true, inSequence: false, changesModes: false });
  };
  draw('first');
  vi.advanceTimersByTime(300);
  expect(`${memory.file.readScreen()}`).toContain('first');
  interruptedMs = 0;
  draw('second');
  vi.advanceTimersByTime(700);
  expect(`${memory.file.readScreen()}`).toContain('second');
});
