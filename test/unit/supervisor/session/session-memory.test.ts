/** When a session's memory says that it may lack something. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { SessionFile } from '../../../../src/supervisor/memory/session-file.ts';
import type { Session } from '../../../../src/supervisor/session/session.ts';
import { SessionMemory } from '../../../../src/supervisor/session/session-memory.ts';
import { storingTurns } from '../../../../src/supervisor/session/storing-turns.ts';

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

/** The turns are shared by all tests here, so each begins later than those before have ended. */
let beginsAt = 0;

/** With a screen that can be changed, on a clock that can be moved. */
function drawnMemory() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  beginsAt += 100_000;
  vi.advanceTimersByTime(beginsAt);
  const world = { interruptedMs: 0, shown: '' };
  const screen = {
    ...{ cols: 80, rows: 24, unparsedBytes: 0, unsettled: false, modesKey: '' },
    shown: { linesAbove: 0 },
    flush() {},
    serialize() {
      vi.advanceTimersByTime(world.interruptedMs);
      return Buffer.from(`${world.shown} ${screen.modesKey}`);
    },
  };
  const session = { terminal: { screen, output: { atRest: true } }, fullName: 'a session' };
  const memory = new SessionMemory(session as unknown as Session, quiet, new SessionFile());
  onTestFinished(() => memory.dispose());
  vi.spyOn(memory, 'saveState').mockReturnValue();
  const came = (drew: boolean, changesModes: boolean) => {
    memory.output(Buffer.from('output'));
    memory.scanned({ drew, inSequence: false, changesModes });
  };
  const draw = (text: string) => {
    world.shown = text;
    came(true, false);
  };
  const setModes = (key: string) => {
    screen.modesKey = key;
    came(false, true);
  };
  return { world, screen, came, draw, setModes, stored: () => `${memory.file.readScreen()}` };
}

test.runIf(isLinux)('a screen whose storing was interrupted is not out of date for seconds', () => {
  const { world, draw, stored } = drawnMemory();
  world.interruptedMs = 100;
  draw('first');
  vi.advanceTimersByTime(300);
  expect(stored()).toContain('first');
  world.interruptedMs = 0;
  draw('second');
  vi.advanceTimersByTime(700);
  expect(stored()).toContain('second');
});

test.runIf(isLinux)('modes that change soon again, with nothing drawn, are stored at rest', () => {
  const { world, draw, setModes, stored } = drawnMemory();
  draw('first');
  vi.advanceTimersByTime(1_000);
  world.interruptedMs = 20;
  setModes('mouse');
  vi.advanceTimersByTime(10);
  setModes('mouse and paste');
  vi.advanceTimersByTime(2_000);
  expect(stored()).toContain('mouse and paste');
});

test.runIf(isLinux)('modes that are to be stored while output comes are stored afterwards', () => {
  const { screen, came, draw, setModes, stored } = drawnMemory();
  draw('first');
  vi.advanceTimersByTime(1_000);
  // The next turn is 500 ms later, when a title has just come.
  storingTurns.ask({}, () => vi.advanceTimersByTime(50));
  setModes('mouse');
  vi.advanceTimersByTime(495);
  screen.unparsedBytes = 5;
  came(false, false);
  vi.advanceTimersByTime(10);
  screen.unparsedBytes = 0;
  vi.advanceTimersByTime(1_000);
  expect(stored()).toContain('mouse');
});
