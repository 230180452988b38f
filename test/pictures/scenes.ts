/** The pictures of the documents: real sessions of the real Codex on the loopback model. */
import { join } from 'node:path';
import { repository } from '../support/repository.ts';
import { type CodexRig, openCodexRig, startedUp } from '../support/rig/codex-rig.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { Camera } from './camera.ts';

/** By the name of the file in docs/pictures. */
export type Pictures = Readonly<Record<'demo' | 'switcher' | 'watch', string>>;

const COLS = 100;
const ROWS = 24;
/** One that Codex knows: of others it says so. */
const MODEL = 'gpt-6-sol';
/** What Codex would otherwise move, or take by chance. */
const STILL = 'tui.animations = false\ntui.show_tooltips = false';

const PROMPT = 'Is the retry loop safe?';
const REVIEWED = `One finding: **the socket is closed twice** when a retry fails. \`retry.ts\`, line 41: the second
\`close()\` should go. Everything else looks right.`;

/** @param atEnd gets what is to be done in the end, the last first */
export async function takePictures(
  atEnd: (undo: () => void | Promise<void>) => void,
): Promise<Pictures> {
  const codex = await openCodexRig({ extraConfig: STILL }, atEnd);
  const api = await startOthers(codex);
  const { demo, switcher } = await filmDemo(codex, api);
  return { demo, switcher, watch: await filmWatch(codex, api) };
}

/** Two sessions that are there already: one that is done, and one that asks. */
async function startOthers(codex: CodexRig): Promise<string> {
  const { rig, model, project } = codex;
  const [api, web] = [project('api', 'home/src'), project('web', 'home/src')];
  // Codex warns where there is none, on each of its screens.
  rig.program('bwrap', 'exit 1');
  rig.file('home/.config/codex-sessions/config.toml', `[codex]\nargs = ["-m", "${MODEL}"]\n`);
  rig.file('home/src/web/deploy.sh', '#!/bin/sh\necho "deployed to $1"\n', 0o755);
  model.on(/^Add/, 'Done: `list --json` prints one array. I added a test for it as well.');
  model.on(/^Deploy/, ({ toolOutput }) =>
    toolOutput === undefined
      ? { type: 'tool', cmd: './deploy.sh staging', justification: 'May I deploy to staging?' }
      : 'Staging runs the new version.',
  );
  // From a terminal, as then they have its size and colours.
  for (const [cwd, command] of [
    [api, "codex-sessions start -d -- 'Add a --json flag to list'"],
    [web, "codex-sessions start release -d -- 'Deploy the new version'"],
  ] as const) {
    const terminal = openShell(codex, cwd);
    await terminal.waitFor('$ ');
    terminal.type(`${command}; exit\r`);
    await terminal.waitForExit();
  }
  await rig.waitUntil(async () => {
    const states = (await rig.list()).map(({ status }) => status).sort();
    return states.join() === 'blocked,done';
  }, 'one to be done and one to ask');
  return api;
}

function openShell({ rig }: CodexRig, cwd: string): Terminal {
  const path = [join(repository, 'bin'), join(rig.root, 'bin'), rig.env.PATH];
  return rig.openProgram('bash', ['--norc', '--noprofile'], {
    cwd,
    cols: COLS,
    rows: ROWS,
    env: { PATH: path.join(':'), PS1: '\\[\\e[34m\\]\\w\\[\\e[m\\] $ ' },
  });
}

async function filmDemo(codex: CodexRig, api: string) {
  const { rig, model } = codex;
  const gate = model.hold(/^Is the retry/);
  model.on(/^Is the retry/, REVIEWED);
  const terminal = openShell(codex, api);
  const camera = new Camera(terminal);
  await terminal.waitFor('~/src/api $');
  await camera.shot(1);

  await camera.type('codex-sessions start review');
  terminal.press('enter');
  await terminal.waitFor(/› [\s\S]*GPT-6-Sol/, { what: "Codex's prompt" });
  await startedUp(rig, 'review');
  await camera.shot(1.5);
  await camera.type(PROMPT);
  terminal.press('enter');
  await gate.arrived;
  await terminal.waitFor(new RegExp(`Working[\\s\\S]*GPT-6-Sol.*${PROMPT.slice(0, -1)}`), {
    what: 'the turn, and what the conversation is called',
  });
  await camera.shot(1);
  gate.release();
  await terminal.waitFor('Everything else looks right.');
  await terminal.waitFor((text) => !text.includes('Working'), { what: 'the end of the turn' });
  await camera.shot(3);

  terminal.press('ctrl+\\');
  await terminal.waitFor(/\[detached from api:review\][\s\S]*\$ $/m);
  await camera.shot(2);
  await camera.type('codex-sessions ls');
  terminal.press('enter');
  await terminal.waitFor(/web:release +blocked[\s\S]*\$ $/m);
  await camera.shot(4);

  await camera.type('codex-sessions switch');
  terminal.press('enter');
  await terminal.waitFor(/web:release[\s\S]*GPT-6-Sol/, { what: 'the preview' });
  await camera.shot(3);
  const still = camera.frames - 1;
  const switcher = new Camera(terminal);
  await switcher.shot(1);
  terminal.type('web');
  await terminal.waitFor(/❯ web[\s\S]*── web:release[\s\S]*Press enter/, {
    what: 'the preview of what asks',
  });
  await camera.shot(3);
  terminal.press('enter');
  await terminal.waitFor(/OpenAI Codex[\s\S]*Press enter to confirm/, { what: 'the session' });
  await camera.shot(4);
  terminal.press('ctrl+\\');
  await terminal.waitFor('[detached from web:release]');
  return { demo: camera.svg(still), switcher: switcher.svg() };
}

async function filmWatch({ rig }: CodexRig, cwd: string): Promise<string> {
  const terminal = rig.open(['watch'], { cwd, cols: COLS, rows: ROWS });
  const camera = new Camera(terminal);
  await terminal.waitFor(/── web:release[\s\S]*Press enter/, { what: 'the preview' });
  await camera.shot(4);
  // Chosen by hand it stays so when another one needs more.
  terminal.press('up', 'down');
  terminal.press('a');
  await terminal.waitFor(/web:release asks[\s\S]*esc close/, { what: 'the question' });
  await camera.shot(4);
  terminal.press('y');
  await terminal.waitFor('Answered web:release');
  await terminal.waitFor(/web:release +done[\s\S]*Staging runs/);
  await camera.shot(4);
  return camera.svg();
}
