/** Queries what the terminal can do; the last query is one that every terminal answers. */
import { isInteractive, writeRaw } from '../../terminal/output.ts';
import { about, type Finding } from './finding.ts';

/** Allows for a slow connection; a local terminal answers in some milliseconds. */
const ANSWER_LIMIT_MS = 1_000;
const TMUX_LIMIT_MS = 1_000;

const QUESTIONS = '\x1b[?u\x1b[?2026$p\x1b[?1004$p\x1b[?2004$p\x1b[>0q\x1b[c';
const FENCE_ANSWER = /\x1b\[\?[\d;]*c/;

export async function checkTerminal(env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const { note } = about('terminal');
  if (!isInteractive()) return [note('not asked: this is no terminal')];
  return [...judge(await ask()), ...(await multiplexers(env))];
}

/** What the user types meanwhile is lost, for a second at most. */
function ask(): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve) => {
    let answers = '';
    const done = () => {
      clearTimeout(limit);
      stdin.off('data', onData).pause();
      stdin.setRawMode(false);
      resolve(answers);
    };
    const onData = (bytes: Buffer) => {
      answers += bytes.toString('latin1');
      if (FENCE_ANSWER.test(answers)) done();
    };
    const limit = setTimeout(done, ANSWER_LIMIT_MS);
    stdin.setRawMode(true);
    stdin.on('data', onData).resume();
    writeRaw(QUESTIONS);
  });
}

/** `answers`: everything that the terminal answered to {@link QUESTIONS}. */
export function judge(answers: string): Finding[] {
  const { ok, note } = about('terminal');
  if (!FENCE_ANSWER.test(answers))
    return [
      note(
        'it does not answer questions, so leaving a session takes a moment longer',
        'Whatever lies between (a recorder, a serial line) passes no answers on.',
      ),
    ];
  const name = /\x1bP>\|([\x20-\x7e]{1,60})/.exec(answers)?.[1];
  const has = (mode: number) => new RegExp(`\\x1b\\[\\?${mode};[123]\\$y`).test(answers);
  const able = [
    /\x1b\[\?\d+u/.test(answers) ? 'kitty keyboard' : '',
    has(2026) ? 'synchronized output' : '',
    has(1004) ? 'focus' : '',
    has(2004) ? 'bracketed paste' : '',
  ].filter(Boolean);
  const words = `${name ?? 'it answers'}: ${able.join(', ') || 'nothing beyond the basics'}`;
  if (able[0] === 'kitty keyboard') return [ok(words)];
  return [note(`${words}. No kitty keyboard: Codex cannot tell Shift-Enter from Enter here`)];
}

async function multiplexers(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { note } = about('terminal');
  if (env.TMUX) {
    const found = [];
    if ((await tmuxOption('extended-keys')) === 'off')
      found.push(note('tmux passes no extended keys', 'tmux set -s extended-keys on'));
    if ((await tmuxOption('focus-events')) === 'off')
      found.push(note('tmux does not say when you look', 'tmux set -g focus-events on'));
    return found;
  }
  if (env.STY) return [note('inside of screen, which knows neither extended keys nor focus')];
  return [];
}

/** Undefined or empty if tmux does not tell. */
async function tmuxOption(name: string): Promise<string | undefined> {
  const { execa } = await import('../../platform/execa.ts');
  const { stdout } = await execa('tmux', ['show-options', '-gqv', name], {
    stdin: 'ignore',
    timeout: TMUX_LIMIT_MS,
    reject: false,
  });
  return stdout?.trim();
}
