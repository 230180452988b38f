/** A rig with the real Codex in it, on a loopback model, as a user has it: `codex` on the PATH. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Terminal } from '../terminal/terminal.ts';
import { type CodexHome, codexBin, createCodexHome } from './codex-home.ts';
import { LoopbackModel } from './model.ts';
import { type Listed, Rig } from './rig.ts';

export interface CodexRig {
  rig: Rig;
  model: LoopbackModel;
  home: CodexHome;
  /** As `rig.project`, trusted by Codex. */
  project(name: string, place?: string): string;
}

export interface CodexRigOptions {
  extraConfig?: string;
  env?: Readonly<Record<string, string>>;
  /** Another command than the built one. */
  bin?: string;
}

/** For the test that is running; it ends with it. */
export async function createCodexRig(options: CodexRigOptions = {}): Promise<CodexRig> {
  return openCodexRig(options, onTestFinished);
}

/**
 * For a run that no test runner ends.
 * @param atEnd gets what is to be done in the end, the last first
 */
export async function openCodexRig(
  options: CodexRigOptions,
  atEnd: (undo: () => void | Promise<void>) => void,
): Promise<CodexRig> {
  const model = await LoopbackModel.start();
  atEnd(() => model.close());
  const home = createCodexHome(model, [], options.extraConfig);
  atEnd(() => home[Symbol.dispose]());
  const bin = mkdtempSync(join(tmpdir(), 'cs-bin-'));
  atEnd(() => rmSync(bin, { recursive: true, force: true }));
  symlinkSync(codexBin, join(bin, 'codex'));
  const rig = new Rig({
    codex: null,
    bin: options.bin,
    env: { PATH: `${bin}:${process.env.PATH}`, ...home.env, ...options.env },
  });
  // The last to be registered ends first: no Codex runs without its model or its home.
  atEnd(() => rig.close());
  home.trust(rig.projectDir);
  const project = (name: string, place?: string) => {
    const path = rig.project(name, place);
    home.trust(path);
    return path;
  };
  return { rig, model, home, project };
}

/** Codex's prompt line: it takes input. */
export const READY = /gpt-5-codex/;

/**
 * Until the Codex in this session has started up. Its title says `Ready` before that, then
 * `Starting` and `Ready` again; its first report comes when that is over.
 */
export async function startedUp(rig: Rig, name = 'main'): Promise<void> {
  await rig.waitUntil(
    async () =>
      ((await rig.list()) as (Listed & { statusSource: string })[]).some(
        (s) => s.name === name && s.status === 'idle' && s.statusSource === 'osc7501',
      ),
    `the Codex in ${name} to have started up`,
  );
}

/** Asks the Codex on this terminal and waits for the loopback model's echo of it. */
export async function converse(terminal: Terminal, prompt: string): Promise<void> {
  await terminal.waitFor(READY, { what: "Codex's prompt" });
  terminal.paste(prompt, 'enter');
  await terminal.waitFor(`You said: ${prompt}`);
}
