/**
 * The terminal title as Codex writes it when asked to include its state, the context that is left, and
 * the conversation. The same in 0.144, 0.154, 0.163, 0.169 and 0.171:
 *
 *   `Ready | Context 100% left`                           (before the conversation has an id)
 *   `⠋ Working | Context 97% left | Review the login page | 01a2024a-a606-7e72-8925-99430...`
 *   `[ ! ] Action Required | Context 97% left | Review … | 01a2024a-a606-7e72-8925-99430...`
 *   `Ready | Review the login page | 01a2…`               (resumed: the context is not known yet)
 *   `Ready | Context 100% left | 01a2024a-c907-7430-8943-f111261d4400 ⠴ | 01a2…... ⠴`
 *                                                         (0.154 and 0.163, not named yet)
 *
 * A thread without a title shows its id in the title's place. 0.171 names it after its first prompt,
 * all of them after `/rename`; it is cut to 48 characters, and may contain anything. Items are never
 * left out for length. An item that a version does not know is left out, with a warning on the screen:
 * 0.144 knows all of these. On exit Codex sets an empty title.
 */

export type RunState = 'starting' | 'ready' | 'working' | 'action-required';

export interface CodexTitle {
  readonly runState?: RunState;
  /** The first 29 characters of the conversation's UUID. */
  readonly threadIdPrefix?: string;
  /** Per cent of the model's context window, 0 to 100. */
  readonly contextLeft?: number;
  /** The rest, for users: the name that Codex gives the conversation. */
  readonly text: string;
}

const TITLE_KEY = 'tui.terminal_title';

/** The arguments that make Codex write such a title, without a change of its configuration file. */
export const TITLE_ARGS: readonly string[] = [
  '-c',
  // The title, which may contain anything, stands between items of a known form.
  `${TITLE_KEY}=["spinner","run-state","context-remaining","thread-title","thread-id"]`,
];

/** Whether a `-c` value sets the title. */
export function setsTitle(config: string): boolean {
  return config.trimStart().startsWith(TITLE_KEY);
}

const SPINNER = '[\\u2800-\\u28ff]';
const RUN_STATE = new RegExp(
  `^(?:${SPINNER} ?)?(?:\\[ [!.] \\] )?(Starting|Ready|Working|Action Required)(?= \\| |$)`,
);
const CONTEXT = /^ \| Context (\d{1,3})% left(?= \| |$)/;
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
 * Takes state, context and conversation from the two ends only, so that a thread title with ` | `,
 * or one that looks like a state, does no harm. Any other title is all `text`, except for the
 * spinner of Codex's default title.
 */
export function parseTitle(title: string): CodexTitle {
  const state = RUN_STATE.exec(title);
  const runState = state?.[1] === undefined ? undefined : RUN_STATES[state[1]];
  // A title without a state is not the one that we asked for.
  if (state === null || runState === undefined) return { text: title.replace(FRAME, '') };
  const afterState = title.slice(state[0].length);
  const context = CONTEXT.exec(afterState);
  const rest = afterState.slice(context?.[0].length ?? 0);
  const id = THREAD_ID.exec(rest);
  const text = rest
    .slice(0, id?.index ?? rest.length)
    .replace(/^ \| /, '')
    .replace(new RegExp(` ${SPINNER}$`), '');
  return {
    runState,
    text: id?.[1] !== undefined && isIdOf(text, id[1]) ? '' : text,
    ...(context && { contextLeft: Math.min(Number(context[1]), 100) }),
    ...(id?.[1] !== undefined && { threadIdPrefix: id[1] }),
  };
}

/** Whether the thread's title is just its full id, because it has no title yet. */
function isIdOf(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && /^[0-9a-f]{7}$/.test(text.slice(prefix.length));
}
