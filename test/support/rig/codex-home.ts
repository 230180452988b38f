/**
 * A `CODEX_HOME` of its own for a test, on the loopback model.
 *
 * It must not lie under the system's temporary directory: there Codex prints a warning and does
 * without some of its helpers. node_modules is writable, ignored by git and on the same disk.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { repository } from '../repository.ts';
import { type LoopbackModel, MODEL_ENV, modelConfig } from './model.ts';

/** The launcher of the pinned Codex, which runs as `node FILE`. */
export const codexBin = join(
  dirname(createRequire(import.meta.url).resolve('@openai/codex/package.json')),
  'bin',
  'codex.js',
);

export interface CodexHome {
  path: string;
  /** What Codex needs in its environment to use it. */
  env: Record<string, string>;
  /** From now on Codex asks no trust question in these directories. */
  trust(...directories: string[]): void;
  [Symbol.dispose](): void;
}

/** In the repository, unless that is itself under the temporary directory. */
function homesDirectory(): string {
  const within = relative(realpathSync(tmpdir()), realpathSync(repository));
  const inside = within !== '..' && !within.startsWith('../');
  return inside
    ? join(homedir(), '.cache', 'codex-sessions-test')
    : join(repository, 'node_modules', '.cache', 'codex-sessions');
}

/**
 * @param trusted project directories in which Codex asks no trust question
 * @param extra lines for the top of config.toml
 */
export function createCodexHome(
  model: LoopbackModel,
  trusted: readonly string[] = [],
  extra = '',
): CodexHome {
  const parent = homesDirectory();
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'home-'));
  const all = new Set<string>();
  const home: CodexHome = {
    path,
    env: { CODEX_HOME: path, ...MODEL_ENV },
    trust: (...directories) => {
      for (const directory of directories) all.add(directory);
      const config = modelConfig({ port: model.port, trusted: [...all], extra });
      writeFileSync(join(path, 'config.toml'), config);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
  home.trust(...trusted);
  return home;
}
