import { BACKGROUND_COLUMNS, BACKGROUND_ROWS } from '../../src/protocol/limits.ts';
import { codexOn, promptIsUp } from '../codex.ts';
import { type Measure, times } from '../measure.ts';

/**
 * Of every terminal here: what a session has that nobody has sized. Codex draws more on a larger one,
 * and who only watches from a smaller one does not see the line below the prompt.
 */
const SIZE = { cols: BACKGROUND_COLUMNS, rows: BACKGROUND_ROWS };

type Metric = 'detached' | 'cold' | 'attached';

/** From the command until the real Codex takes input; first of all with no server running yet. */
export const codexPrompt: Measure<Metric> = {
  name: 'codex-prompt',
  rounds: 3,
  metrics: {
    detached: {
      title: "start -d → Codex's prompt is up (raw: a terminal that answers)",
      unit: 'ms',
      goal: ["≤ 1.1 × a real terminal's", times('raw PTY', 1.1)],
    },
    cold: { title: '… the first session, with the server to be started', unit: 'ms' },
    attached: { title: "start in a terminal → Codex's prompt is up", unit: 'ms' },
  },
  suits: (arena) => !arena.commands || arena.commands.watch !== undefined,
  async run(arena) {
    const codex = await codexOn(arena.cwd);
    arena.addEnvironment(codex.env);
    try {
      if (!arena.commands) {
        const [file = '', ...args] = codex.program;
        const ms = await timed(() => promptIsUp(arena.terminal({ file, args }, SIZE), true));
        return { detached: ms, cold: ms, attached: ms };
      }
      const { watch, startAttached } = arena.commands;
      const background = (name: string) =>
        timed(async () => {
          await arena.session(name, codex.program);
          if (watch) await promptIsUp(arena.terminal(watch(name), SIZE), false);
        });
      const cold = await background('first');
      const detached = await background('second');
      const command = startAttached?.('third', codex.program);
      if (!command) return { cold, detached };
      const attached = await timed(() => promptIsUp(arena.terminal(command, SIZE), true));
      return { cold, detached, attached };
    } finally {
      // Before its model and its home.
      await arena.close();
      await codex.close();
    }
  },
};

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
