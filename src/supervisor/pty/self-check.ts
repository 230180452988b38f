/** For `doctor`: whether the PTY library works. */
import { spawnPty } from './pty.ts';

/** Runs true(1) on a terminal. @throws Error with the reason if that fails. */
export async function checkPty(): Promise<void> {
  const code = await new Promise<number | null>((resolve) => {
    spawnPty(
      {
        file: 'true',
        args: [],
        env: { PATH: process.env.PATH ?? '' },
        cwd: '/',
        cols: 80,
        rows: 24,
      },
      { onData: () => {}, onExit: (exit) => resolve(exit.code) },
    );
  });
  if (code !== 0) throw new Error(`true ended with ${code}`);
}
