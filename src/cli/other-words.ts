/** Words that other programs, and everyday language, use for what a command of ours does. */
import { type Command, findCommand } from './command-spec.ts';

/** Each command with the words for it: from tmux, screen, zellij, docker, git, shells and Codex. */
const WORDS: Readonly<Record<string, string>> = {
  start: 'new new-session create add begin open launch up resume continue codex -S',
  attach: 'a at attach-session connect enter join reattach resume open exec -r -R -x',
  detach: 'detach-client leave exit quit logout disconnect',
  list: 'l ll sessions show ps list-sessions has-session -ls',
  switch:
    's choose select pick goto go cd checkout switch-client choose-tree next prev previous last',
  status: 'info inspect',
  watch: 'top monitor dashboard ui tui',
  send: 'type tell prompt send-keys msg message input stuff',
  run: 'exec ask do',
  peek: 'view screen screenshot capture capture-pane hardcopy cat',
  log: 'logs history transcript conversation tail follow',
  kill: 'stop end exit quit close terminate halt down rm remove delete del kill-session delete-session',
  'kill-all': 'kill-server stop-all down-all kill-all-sessions delete-all-sessions',
  restore: 'recover resurrect bring-back load',
  restart: 'reload reboot respawn respawn-pane',
  rename: 'mv move name rename-session',
  fork: 'copy cp clone duplicate branch',
  forget: 'rm remove delete del prune purge clean',
  'reset-terminal': 'reset clear',
  supervisor: 'server daemon upgrade update',
  doctor: 'check diagnose health',
  completion: 'completions complete autocomplete',
};

/** What `typed` may mean, as a question; undefined if it is a word for none of the commands. */
export function meaningOf(typed: string, commands: readonly Command[]): string | undefined {
  const meant = Object.entries(WORDS).flatMap(([name, words]) =>
    words.split(' ').includes(typed) ? (findCommand(commands, name) ?? []) : [],
  );
  if (typed === 'login' || typed === 'logout') return `That is Codex's: codex ${typed}.`;
  if (typed === 'version' || typed === '-v') return 'Did you mean --version?';
  if (meant.length === 0) return undefined;
  const told = meant.map(({ name, summary }) => `${name} (${summary})`);
  return `Did you mean ${told.join(' or ')}?`;
}
