/** The real Codex on a model in this process, and a terminal that answers its questions. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MODEL_ENV, modelConfig } from '../scripts/loopback-config.mjs';
import { LoopbackModel } from '../scripts/loopback-model.mjs';
import { repository } from './repository.ts';
import type { Terminal } from './terminal.ts';

export interface Codex {
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Asks for nothing in `project`. Its home is not under /tmp: there Codex does without helpers. */
export async function codexOn(project: string): Promise<Codex> {
  const model = await LoopbackModel.start();
  const parent = join(repository, '.bench');
  mkdirSync(parent, { recursive: true });
  const home = mkdtempSync(join(parent, 'home-'));
  writeFileSync(
    join(home, 'config.toml'),
    modelConfig({ port: model.port, trusted: [project], extra: '' }),
  );
  const manifest = createRequire(__filename).resolve('@openai/codex/package.json');
  return {
    program: [process.execPath, join(dirname(manifest), 'bin', 'codex.js'), '--no-daemon'],
    env: { CODEX_HOME: home, ...MODEL_ENV },
    async close() {
      await model.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Part of the line under Codex's prompt. */
const PROMPT = 'gpt-5-codex';
const LIMIT_MS = 15_000;

/** The answer to each query, whether Codex or a multiplexer sends it. */
const ANSWERS: readonly [RegExp, string][] = [
  [/\x1b\[0?c/g, '\x1b[?62;22c'],
  [/\x1b\[6n/g, '\x1b[1;1R'],
  [/\x1b\[\?u/g, '\x1b[?0u'],
  [/\x1b\[>0?q/g, '\x1bP>|bench\x1b\\'],
  [/\x1b\]10;\?/g, '\x1b]10;rgb:ffff/ffff/ffff\x1b\\'],
  [/\x1b\]11;\?/g, '\x1b]11;rgb:0000/0000/0000\x1b\\'],
];

/** Settles when Codex takes input; `answering` as a real terminal does. */
export function promptIsUp(terminal: Terminal, answering: boolean): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no prompt: ${JSON.stringify(text.slice(-2_000))}`)),
      LIMIT_MS,
    );
    const answered = ANSWERS.map(() => 0);
    terminal.onData = (bytes) => {
      text += bytes.toString('latin1');
      if (answering)
        ANSWERS.forEach(([question, answer], i) => {
          const asked = text.match(question)?.length ?? 0;
          for (let n = answered[i] ?? 0; n < asked; n++) terminal.key(Buffer.from(answer));
          answered[i] = asked;
        });
      if (!text.includes(PROMPT)) return;
      clearTimeout(timer);
      terminal.onData = undefined;
      resolve();
    };
  });
}
