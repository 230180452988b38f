/** The real Codex, alone in a terminal, until it asks. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '../terminal/terminal.ts';
import { createCodexHome } from './codex-home.ts';
import { LoopbackModel } from './model.ts';
import { PROMPT, type Scene } from './question-scenes.ts';

export interface AskingCodex {
  terminal: Terminal;
  model: LoopbackModel;
  close(): Promise<void>;
}

export interface AskOptions {
  /** Its launcher. */
  codex: string;
  scene: Scene;
  cols: number;
  rows: number;
  /** Its project; made and removed. */
  cwd: string;
}

/** Comes back once the question is on the screen. */
export async function askingCodex(options: AskOptions): Promise<AskingCodex> {
  const { codex, scene, cols, rows, cwd } = options;
  const model = await LoopbackModel.start();
  mkdirSync(cwd, { recursive: true });
  execFileSync('git', ['init', '--quiet'], { cwd });
  const home = createCodexHome(model, scene.trusted === false ? [] : [cwd]);
  writeConfig(join(home.path, 'config.toml'), scene);
  if (scene.answer) model.on(new RegExp(`^${PROMPT}`), scene.answer);
  const { PATH = '', HOME = '' } = process.env;
  const env = { ...home.env, PATH, HOME, TERM: 'xterm-256color' };
  const args = [codex, '--no-daemon'];
  const terminal = Terminal.open({ file: process.execPath, args, cwd, env, cols, rows });
  const close = async () => {
    if (!terminal.ended) terminal.signal('SIGKILL');
    await terminal[Symbol.asyncDispose]();
    await model.close();
    home[Symbol.dispose]();
    rmSync(cwd, { recursive: true, force: true });
  };
  try {
    if (scene.answer) await prompt(terminal);
    else await terminal.waitFor((screen) => /Trust this|1\. /.test(screen) && drawn(terminal));
  } catch (error) {
    await close();
    throw error;
  }
  return { terminal, model, close };
}

/** No frame is half drawn. */
function drawn(terminal: Terminal): boolean {
  return !terminal.modes().synchronized;
}

async function prompt(terminal: Terminal): Promise<void> {
  await terminal.waitFor(/^› (?!\d)/m, { what: "Codex's composer" });
  await terminal.waitForRaw(/7501;state=idle/);
  terminal.paste(PROMPT, 'enter');
  // The title says so before the frame with the question is drawn.
  await terminal.waitFor(
    (screen, { title }) =>
      title.includes('Action Required') && /^ +.*\benter to /m.test(screen) && drawn(terminal),
    { what: 'a question' },
  );
}

function writeConfig(path: string, { config = '', settings = {} }: Scene): void {
  let text = readFileSync(path, 'utf8');
  for (const [key, value] of Object.entries(settings)) {
    text = text.replace(
      new RegExp(`^${key} = .*$`, 'm'),
      value === null ? '' : `${key} = ${value}`,
    );
  }
  writeFileSync(path, `${text}\n${config}`);
}
