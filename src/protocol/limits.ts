/** Limits of messages, sessions and clients, with the reason for each number. */

/** Our clients' first lines are short; a longer one is from another program. */
export const FIRST_LINE_MAX_BYTES = 4 * 1024;
/** A whole prompt file fits; a runaway sender does not. */
export const MESSAGE_MAX_BYTES = 8 * 1024 * 1024;
/** Values in a message: a list of all sessions has fewer; millions take seconds to parse. */
export const MESSAGE_MAX_PARTS = 100_000;
/** A connection without a first line by then is closed, so that silent ones do not pile up. */
export const FIRST_LINE_TIMEOUT_MS = 5_000;
/** A start or attach without its data connection by then is refused. */
export const DATA_SOCKET_TIMEOUT_MS = 5_000;
/** A client this far behind is skipped while another keeps up, and gets a redraw when it reads again. */
export const CLIENT_BEHIND_MAX_BYTES = 2 * 1024 * 1024;
/** With this much queued for the fastest client the program is paused: some ms of a local terminal. */
export const CLIENT_HIGH_BYTES = 1024 * 1024;
/** Below this the program continues. */
export const CLIENT_LOW_BYTES = 256 * 1024;
/** A client that takes nothing for this long with {@link CLIENT_HIGH_BYTES} queued is dead, not slow. */
export const CLIENT_STALLED_MS = 1_000;
/** Simultaneous sessions: each takes three descriptors and some megabytes. */
export const SESSIONS_MAX = 1_000;
/** Simultaneous connections: a further control connection is refused. */
export const CONNECTIONS_MAX = 4_000;
/**
 * Lines of a `peek`: as many as the default scrollback. They take some 15 ms, with colours 40 ms, in which
 * the supervisor does nothing else.
 */
export const PEEK_LINES_MAX = 2_000;
/** Captures of a preview: a user cannot follow more, and each costs parsing. */
export const PREVIEWS_PER_SECOND = 10;
/** Arguments of a program: more than any user types, but still fast to check. */
export const ARGUMENTS_MAX = 10_000;
/** How long Codex may take to exit when asked to; 0.169 needs under 0.3 s. */
export const KILL_GRACE_MS = 3_000;
/** The longest that a `start` may wait for its program to come up. */
export const START_WAIT_MAX_MS = 60_000;
/** The longest that a `type` may wait for its program to read. */
export const TYPE_LIMIT_MAX_MS = 24 * 60 * 60 * 1000;
/** A terminal's size: more than fits on a display, but it bounds a screen's memory. */
export const COLUMNS_MAX = 1_000;
export const ROWS_MAX = 1_000;
/** Size of a background session before a client attaches. */
export const BACKGROUND_COLUMNS = 120;
export const BACKGROUND_ROWS = 40;
/**
 * State that a client keeps for a successor: the modes of its terminal take a few hundred bytes.
 */
export const KEEP_MAX_CHARACTERS = 16 * 1024;
