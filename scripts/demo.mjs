// @ts-check
/**
 * Shows the program without an account: two sessions of the real Codex, on a model in this process. In
 * a terminal it attaches to one of them; otherwise it prints the screen. In the end all its files are
 * removed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { screenOf } from './demo-screen.mjs';
import { MODEL_ENV, modelConfig } from './loopback-config.mjs';
import { LoopbackModel } from './loopback-model.mjs';

/** Five seconds in all. */
const REMOVE_TRIES = 50;
const REMOVE_AGAIN_MS = 100;
const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const command = join(repository, 'bin', 'codex-sessions');
/** For a slow machine; a turn on the loopback model takes well under a second. */
const TURN_MS = 60_000;

const CONVERSATIONS = [
  {
    name: 'feature',
    prompt: 'Add a --json flag to the list command.',
    answer: 'Done: list --json prints one array of objects. I added a test for it as well.',
  },
  {
    name: 'review',
    prompt: 'Review the last commit.',
    answer: 'One finding: the socket is closed twice on an error. Everything else looks right.',
  },
];

/** A short root keeps the socket's path within the system's limit. */
function makePlaces() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'codex-sessions-demo-')));
  const project = join(root, 'demo');
  mkdirSync(join(project, '.git'), { recursive: true });
  writeFileSync(join(project, '.git', 'description'), 'demo\n');
  // Under the temporary directory Codex would warn and do without some of its helpers.
  const cache = join(repository, 'node_modules', '.cache', 'codex-sessions');
  mkdirSync(cache, { recursive: true });
  const codexHome = mkdtempSync(join(cache, 'demo-'));
  return { root, project, codexHome };
}

/**
 * Its own state and Codex; inside of a session it is no part of that session.
 * @param {{ root: string, codexHome: string }} places @returns {Record<string, string>}
 */
function environment({ root, codexHome }) {
  const { CODEX_SESSIONS_SESSION: _nested, ...env } = process.env;
  return /** @type {Record<string, string>} */ ({
    ...env,
    ...MODEL_ENV,
    TERM: process.env.TERM && process.env.TERM !== 'dumb' ? process.env.TERM : 'xterm-256color',
    CODEX_HOME: codexHome,
    CODEX_SESSIONS_DIR: join(root, 'state'),
    CODEX_SESSIONS_CODEX: join(repository, 'node_modules', '.bin', 'codex'),
    XDG_CONFIG_HOME: join(root, 'config'),
  });
}

/**
 * Shows the command as it would be typed, and runs it.
 * @param {string[]} args
 * @param {{ env: Record<string, string>, cwd: string, stdin?: 'inherit' | 'ignore' }} options
 * @returns {Promise<number>} its exit code
 */
function run(args, { env, cwd, stdin = 'ignore' }) {
  console.log(`\n$ codex-sessions ${args.map(quoted).join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: [stdin, 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** @param {string} text */
function quoted(text) {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text}'`;
}

/** @param {string[]} args @param {{ env: Record<string, string>, cwd: string }} options */
async function mustRun(args, options) {
  const code = await run(args, options);
  if (code !== 0) throw new Error(`codex-sessions ${args.join(' ')} exited with ${code}`);
}

/** @param {LoopbackModel} model @param {{ env: Record<string, string>, cwd: string }} options */
async function converse(model, options) {
  for (const { name, prompt, answer } of CONVERSATIONS) {
    const words = new RegExp(prompt.slice(0, 20));
    model.on(words, answer);
    await mustRun(['start', name, '-d', '--', prompt], options);
    await model.request(words, { timeoutMs: TURN_MS });
  }
}

/** @param {{ env: Record<string, string>, cwd: string }} options */
async function showScreens(options) {
  for (const { name, answer } of CONVERSATIONS) {
    const lines = await screenOf(
      { file: command, args: ['attach', name], ...options },
      answer.slice(0, 20),
      TURN_MS,
    );
    console.log(`\n── the screen of ${name} ${'─'.repeat(50)}`);
    console.log(lines.join('\n'));
  }
}

/** In a process of its own: one that has read from a terminal may take later readers' keys. */
function enterPressed() {
  return new Promise((resolve) => {
    spawn('/bin/sh', ['-c', 'read -r _'], { stdio: 'inherit' }).on('exit', resolve);
  });
}

/** @param {{ env: Record<string, string>, cwd: string }} options */
async function attach(options) {
  console.log(`
Now attaching to "feature".
  Ctrl-^  opens the switcher: choose "review" to go there
  Ctrl-\\  detaches, which ends this demo
Press Enter to go on.`);
  await enterPressed();
  await run(['attach', 'feature'], { ...options, stdin: 'inherit' });
}

/** The supervisor leaves a moment after its last session, and writes to its log then. */
async function remove(/** @type {string} */ directory) {
  for (let tries = 1; ; tries++) {
    try {
      rmSync(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === REMOVE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_AGAIN_MS));
    }
  }
}

async function main() {
  if (!existsSync(join(repository, 'dist', 'cli.js'))) {
    throw new Error('it is not built; run: npm run demo');
  }
  const places = makePlaces();
  const model = await LoopbackModel.start();
  const options = { env: environment(places), cwd: places.project };
  writeFileSync(
    join(places.codexHome, 'config.toml'),
    modelConfig({ port: model.port, trusted: [places.project] }),
  );
  /** @type {Promise<void> | undefined} */
  let cleaned;
  const cleanUp = () => {
    cleaned ??= (async () => {
      await run(['kill-all', '-y'], options);
      await model.close();
      for (const directory of [places.root, places.codexHome]) {
        await remove(directory);
      }
    })();
    return cleaned;
  };
  const interrupted = () => void cleanUp().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupted);
  try {
    await converse(model, options);
    await mustRun(['ls'], options);
    if (isatty(0) && isatty(1)) await attach(options);
    else await showScreens(options);
  } finally {
    await cleanUp();
  }
}

// When the terminal is closed, only the cleaning up is left, without output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
main().then(
  () => process.exit(0),
  (error) => {
    console.error(`demo: ${error.message}`);
    process.exit(1);
  },
);
