import type { Agent, Arena } from '../arena.ts';
import { type Measure, plus, type Values } from '../measure.ts';

/** The terminal's, and of what is drawn: tmux takes one row for itself. */
const ROWS = 24;
const DRAWN_ROWS = 20;
/** What a multiplexer that keeps 2,000 lines can be asked for. */
const HISTORY_LINES = 2_000;
const LIMIT_MS = 1_000;
const FIRST = 'TOP-OF-SCREEN';
const LAST = 'END-OF-SCREEN';

/** From the command to a whole screen, and to all that had scrolled off it. */
export const attach: Measure<'screen' | 'lines' | 'history'> = {
  name: 'attach',
  rounds: 4,
  bareNode: true,
  metrics: {
    screen: {
      title: 'attach: command → whole screen',
      unit: 'ms',
      digits: 1,
      goal: ['≤ bare Node + 10', plus('bare Node', 10)],
    },
    lines: {
      title: 'of 2,000 lines scrolled off, given back',
      unit: 'lines',
      better: 'higher',
      goal: ['2,000', () => HISTORY_LINES],
    },
    history: {
      title: 'attach: command → the last of them and the screen',
      unit: 'ms',
      digits: 1,
      goal: ['≤ bare Node + 10 + 30', (values: Values) => plus('bare Node', 40)(values)],
    },
  },
  async run(arena) {
    if (!arena.commands) return { screen: await bareScreen(arena) };
    await fill(await looked(arena, 'plain'), 0);
    await fill(await looked(arena, 'full'), HISTORY_LINES);
    const screen = await timeToScreen(arena, 'plain');
    const { ms, lines } = await timeToHistory(arena, 'full');
    return { screen, lines, history: lines > 0 ? ms : undefined };
  },
};

/** A session of the size of our terminals, with nobody attached. */
async function looked(arena: Arena, name: string): Promise<Agent> {
  const { agent, terminal } = await arena.agent(name);
  await terminal.quiet(100);
  await terminal.close();
  return agent;
}

/** Scrolls `lines` numbered lines off a screen that is then full. */
async function fill(agent: Agent, lines: number): Promise<void> {
  const rows = `seq -f 'row %.0f\r' 2 ${DRAWN_ROWS - 1}`;
  const screen = `printf '\\033[2J\\033[H${FIRST}\\r\\n'; ${rows}; printf ${LAST}`;
  const numbered = `seq -f 'line %05.0f of those that are gone\r' 1 ${lines}`;
  const scrolled = lines > 0 ? `${numbered}; printf '${'\\r\\n'.repeat(ROWS - 1)}'; ` : '';
  agent.run(`${scrolled}${screen}; echo done >&4`);
  await agent.answer();
  // A multiplexer that keeps a screen may still be parsing.
  await new Promise((resolve) => setTimeout(resolve, 300));
}

async function bareScreen(arena: Arena): Promise<number> {
  const start = performance.now();
  const terminal = arena.terminal({
    file: '/bin/sh',
    args: ['-c', `printf '${FIRST}\\n%s${LAST}'; exec cat`],
  });
  await terminal.sees([FIRST, LAST], LIMIT_MS);
  return performance.now() - start;
}

async function timeToScreen(arena: Arena, session: string): Promise<number | undefined> {
  const start = performance.now();
  const terminal = arena.open(session);
  const seen = await terminal.sees([FIRST, LAST], LIMIT_MS);
  const ms = performance.now() - start;
  await terminal.close();
  return seen ? ms : undefined;
}

async function timeToHistory(
  arena: Arena,
  session: string,
): Promise<{ ms: number; lines: number }> {
  const chunks: Buffer[] = [];
  const start = performance.now();
  let last = start;
  const terminal = arena.open(session);
  terminal.onData = (bytes) => {
    chunks.push(Buffer.from(bytes));
    last = performance.now();
  };
  await terminal.quiet(300);
  await terminal.close();
  const text = Buffer.concat(chunks).toString('latin1');
  return { ms: last - start, lines: new Set(text.match(/line \d{5} of/g)).size };
}
