/** Runs test/support/process/echo-probe.ts beside whatever is done to the supervisor. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../repository.ts';
import { build } from './bundle-esm.ts';
import type { EchoReport } from './echo-probe.ts';

export type { EchoReport } from './echo-probe.ts';

/** Types into the session for as long as `work` takes. @throws when an echo does not come. */
export async function withEchoProbe<T>(
  socket: string,
  fullName: string,
  work: () => Promise<T>,
): Promise<{ result: T; echo: EchoReport }> {
  const directory = mkdtempSync(join(tmpdir(), 'cs-probe-'));
  const script = join(directory, 'probe.mjs');
  try {
    await build(join(repository, 'test/support/process/echo-probe.ts'), script);
    const child = spawn(process.execPath, [script, socket, fullName], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    let complaint = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
    });
    child.stderr.on('data', (bytes: Buffer) => {
      complaint += bytes.toString('utf8');
    });
    const exited = new Promise((resolve) => child.once('close', resolve));
    try {
      const result = await work();
      child.stdin.end();
      await exited;
      if (said === '') throw new Error(`the echo failed: ${complaint}`);
      return { result, echo: JSON.parse(said) as EchoReport };
    } finally {
      child.stdin.destroy();
      child.kill();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
