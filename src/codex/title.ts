/**
 * The terminal title as Codex writes it when asked to include its state and conversation. The same in
 * 0.144, 0.154 and 0.169:
 *
 *   `Ready | proj`                                        (before the conversation has an id)
 *   `⠋ Working | proj | 01a2024a-a606-7e72-8925-99430...`
 *   `[ ! ] Action Required | proj | 01a2024a-a606-7e72-8925-99430...`
 *   `Ready | proj | 01a2024a-c907-7430-8943-f1112... ⠴`   (0.154, while it names the conversation)
 *
 * On exit Codex sets an empty title.
 */

export type RunState = 'starting' | 'ready' | 'working' | 'action-required';

export interface CodexTitle {
  readonly runState?: RunState;
  /** The first 29 characters of the conversation's UUID. */
  readonly threadIdPrefix?: string;
  /** The rest, for users: the project's name. */
  readonly text: string;
}

const TITLE_KEY = 'tui.terminal_title';

/** The arguments that make Codex write such a title, without a change of its configuration file. */
export const TITLE_ARGS: readonly string[] = [
  '-c',
  `${TITLE_KEY}=["spinner","run-state","project-name","thread-id"]`,
];

/** Whether a `-c` value sets the title. */
export function setsTitle(config: string): boolean {
  return config.trimStart().startsWith(TITLE_KEY);
}

const SPINNER = '[\\u2800-\\u28ff]';
const RUN_STATE = new RegExp(
  `^(?:${SPINNER} ?)?(?:\\[ [!.] \\] )?(Starting|Ready|Working|Action Required)(?= \\| |$)`,
);
/** The animation at the start of Codex's titles, including its default title. */
const FRAME = new RegExp(`^(?:${SPINNER} |\\[ [!.] \\] )`);
const THREAD_ID = new RegExp(
  `(?:^| \\| )([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{5})[0-9a-f]{0,7}(?:\\.\\.\\.|…)?(?: ${SPINNER})?$`,
);

const RUN_STATES: Readonly<Record<string, RunState>> = {
  Starting: 'starting',
  Ready: 'ready',
  Working: 'working',
  'Action Required': 'action-required',
};

/**
 * Takes state and conversation from the two ends only, so that a project name with ` | ` or one that
 * looks like a state does no harm. Any other title is all `text`, except for the spinner of Codex's
 * default title.
 */
export function parseTitle(title: string): CodexTitle {
  const state = RUN_STATE.exec(title);
  const runState = state?.[1] === undefined ? undefined : RUN_STATES[state[1]];
  // A title without a state is not the one that we asked for.
  if (state === null || runState === undefined) return { text: title.replace(FRAME, '') };
  const rest = title.slice(state[0].length);
  const id = THREAD_ID.exec(rest);
  const text = rest
    .slice(0, id?.index ?? rest.length)
    .replace(/^ \| /, '')
    .replace(new RegExp(` ${SPINNER}$`), '');
  return { runState, text, ...(id?.[1] !== undefined && { threadIdPrefix: id[1] }) };
}
