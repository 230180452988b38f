import { BACKGROUND_COLUMNS, BACKGROUND_ROWS } from '../../src/protocol/limits.ts';
import { codexOn, promptIsUp } from '../codex.ts';
import { type Measure, times } from '../measure.ts';

/**
 * Of every terminal here: what a session has that nobody has sized. Codex draws more on a larger one,
 * and who only watches from a smaller one does not see the line below the prompt.
 */
const SIZE = { cols: BACKGROUND_COLUMNS, rows: BACKGROUND_ROWS };

/** From the command until the real Codex takes input. */
export const codexPrompt: Measure<'detached' | 'attached'> = {
  name: 'codex-prompt',
  rounds: 3,
  metrics: {
    detached: {
      title: "start -d → Codex's prompt is up (raw: a terminal that answers)",
      unit: 'ms',
      goal: ["≤ 1.1 × a real terminal's", times('raw PTY', 1.1)],
    },
    attached: { title: "start in a terminal → Codex's prompt is up", unit: 'ms' },
  },
  suits: (arena) => !arena.commands || arena.commands.watch !== undefined,
  async run(arena) {
    const codex = await codexOn(arena.cwd);
    arena.addEnvironment(codex.env);
    try {
      if (!arena.commands) {
        const [file = '', ...args] = codex.program;
        const start = performance.now();
        await promptIsUp(arena.terminal({ file, args }, SIZE), true);
        const ms = performance.now() - start;
        return { detached: ms, attached: ms };
      }
      const start = performance.now();
      await arena.session('codex', codex.program);
      const watch = arena.commands.watch?.('codex');
      if (!watch) return {};
      await promptIsUp(arena.terminal(watch, SIZE), false);
      const detached = performance.now() - start;
      const attachedStart = performance.now();
      const command = arena.commands.startAttached?.('second', codex.program);
      if (!command) return { detached };
      await promptIsUp(arena.terminal(command, SIZE), true);
      return { detached, attached: performance.now() - attachedStart };
    } finally {
      // Before its model and its home.
      await arena.close();
      await codex.close();
    }
  },
};
