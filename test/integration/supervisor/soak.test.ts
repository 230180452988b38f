/**
 * Hours of a Codex-like stream, compressed, through one session that nobody looks at: memory stays
 * bounded, and who attaches at the end sees what a terminal shows that has seen it all.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { bundle } from '../../support/process/bundle.ts';
import { repository } from '../../support/repository.ts';
import { createRig } from '../../support/rig/rig.ts';
import { codexLikeStream } from '../../support/screen/codex-like.ts';
import { cellsOf } from '../../support/terminal/cells.ts';

const MIB = 1024 * 1024;
/** `npm run test:soak`: a Codex that works writes about 35 KB/s; 1 GiB is eight hours of it. */
const STREAM_BYTES = Number(process.env.CODEX_SESSIONS_TEST_SOAK_MIB ?? 50) * MIB;
/** Slower than this nothing of it is worth waiting for. */
const LIMIT_MS = 60_000 + STREAM_BYTES / 1_000;
/** The backlog's bound, a full scrollback, and what the runtime's collector leaves lying about. */
const RESIDENT_MAX_BYTES = 160 * MIB;
/** As a session in the background has it. */
const COLS = 120;
const ROWS = 40;

async function directly(): Promise<xterm.Terminal> {
  const terminal = new xterm.Terminal({
    cols: COLS,
    rows: ROWS,
    scrollback: 2_000,
    allowProposedApi: true,
  });
  let pending = 0;
  for (const frame of codexLikeStream(COLS, ROWS, STREAM_BYTES)) {
    pending += frame.length;
    if (pending < MIB) terminal.write(frame);
    else {
      await new Promise<void>((resolve) => terminal.write(frame, resolve));
      pending = 0;
    }
  }
  await new Promise<void>((resolve) => terminal.write('', resolve));
  return terminal;
}

test(
  `${STREAM_BYTES / MIB} MiB through one session`,
  async () => {
    const rig = createRig({ codex: 'exec "$NODE" "$WRITER" $STREAM' });
    const writer = join(rig.root, 'writer.cjs');
    await bundle(join(repository, 'test/support/screen/codex-like-main.ts'), writer);
    const started = performance.now();
    const env = {
      NODE: process.execPath,
      WRITER: writer,
      STREAM: `${COLS} ${ROWS} ${STREAM_BYTES}`,
    };
    await rig.ok(['start', '-d'], { env });
    const pid = rig.supervisorPid() ?? 0;
    let most = 0;
    const resident = () => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
    const timer = setInterval(() => {
      most = Math.max(most, resident());
    }, 100);
    const expected = await directly();
    const looks = cellsOf(expected, ROWS);
    // It is through when its last frame is on the screen.
    await rig.waitUntil(
      async () => (await rig.ok(['peek', 'main'])).includes(lastLine(expected)),
      'the stream to be through',
      LIMIT_MS,
    );
    clearInterval(timer);
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(
      `${(STREAM_BYTES / 1e6 / seconds).toFixed(1)} MB/s, resident at most ${(most / MIB).toFixed(0)} MiB\n`,
    );
    expect(most).toBeLessThan(RESIDENT_MAX_BYTES);

    const shown = rig.open(['attach', 'main'], { cols: COLS, rows: ROWS });
    await shown.waitFor('context left');
    const { xterm: actual } = shown.emulator;
    const { active } = expected.buffer;
    await shown.waitFor(
      () => {
        const { x, y } = shown.cursor();
        const same = cellsOf(actual, ROWS).join('\n') === looks.join('\n');
        return same && x === active.cursorX && y === active.cursorY;
      },
      { what: 'the screen of a terminal that has seen it all, and its cursor' },
    );
    const above = Array.from({ length: active.baseY }, (_, y) => lineAt(expected, y));
    const given = shown.emulator.history().slice(-2_000 - ROWS, -ROWS);
    // Blanks at the end may have been written or not.
    const differs = above.findIndex((line, i) => line !== given[i]?.trimEnd());
    expect([differs, above[differs], given[differs], given.length]).toEqual([
      -1,
      undefined,
      undefined,
      2_000,
    ]);
    expected.dispose();
  },
  2 * LIMIT_MS,
);

function lineAt({ buffer: { active } }: xterm.Terminal, row: number): string {
  return active.getLine(row)?.translateToString(true).trimEnd() ?? '';
}

/** The composer's. */
function lastLine(terminal: xterm.Terminal): string {
  return lineAt(terminal, terminal.buffer.active.baseY + ROWS - 4);
}
