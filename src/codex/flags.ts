/**
 * Codex's command line: which options take a value. Needed to tell options from the prompt when a
 * conversation is resumed with the options that it was started with.
 */

/** Whether an option takes a value, by its name as typed (`-m`, `--model`). */
export type CodexFlags = ReadonlyMap<string, boolean>;

/** From `codex --help` of 0.169. */
const VALUE_FLAGS_0_169 =
  '-c --config --enable --disable --remote --remote-auth-token-env -i --image -m --model ' +
  '--local-provider -p --profile -s --sandbox -C --cd --add-dir -a --ask-for-approval';
const PLAIN_FLAGS_0_169 =
  '--strict-config --oss --approve-for-me --dangerously-bypass-approvals-and-sandbox ' +
  '--dangerously-bypass-hook-trust --worktree --search --no-alt-screen --no-daemon ' +
  '-h --help -V --version';
/** The additional ones of `codex resume --help` and `codex fork --help`. */
const RESUME_FLAGS_0_169 = '--last --all --include-non-interactive';
/** Not in the help of 0.169: aliases that it accepts, and options of older versions. */
const UNLISTED_FLAGS = '--yolo --full-auto';

export const CODEX_FLAGS: CodexFlags = new Map([
  ...VALUE_FLAGS_0_169.split(' ').map((flag) => [flag, true] as const),
  ...PLAIN_FLAGS_0_169.split(' ').map((flag) => [flag, false] as const),
]);

export const RESUME_FLAGS: CodexFlags = new Map(
  RESUME_FLAGS_0_169.split(' ').map((flag) => [flag, false] as const),
);

export const HIDDEN_FLAGS: CodexFlags = new Map(
  UNLISTED_FLAGS.split(' ').map((flag) => [flag, false] as const),
);

/** The commands that `codex --help` of 0.169 and older versions lists, with aliases. */
export const CODEX_COMMANDS: ReadonlySet<string> = new Set(
  (
    'agents exec e review login logout mcp plugin mcp-server app-server remote-control app ' +
    'completion update doctor sandbox debug execpolicy apply a resume queue archive delete ' +
    'migrate-rollouts migrate-nfs-db unarchive fork cloud exec-server responses-api-proxy ' +
    'stdio-to-uds features proto help'
  ).split(' '),
);

/** The options in a help text written by clap; empty for any other text. */
export function parseHelpFlags(help: string): CodexFlags {
  const flags = new Map<string, boolean>();
  for (const line of help.split('\n')) {
    const found =
      /^ {2,8}(?:(-[A-Za-z]), )?(--[a-z][a-z-]*)( <[^>]+>(?:\.\.\.)?)?(?: {2}|\s*$)/.exec(line);
    if (found?.[2] === undefined) continue;
    const takesValue = found[3] !== undefined;
    if (found[1] !== undefined) flags.set(found[1], takesValue);
    flags.set(found[2], takesValue);
  }
  return flags;
}
