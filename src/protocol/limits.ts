/** What bounds messages, sessions and clients, with the reason for each number. */

/** A first line is short; a longer one is not from a client of ours. */
export const FIRST_LINE_MAX_BYTES = 4 * 1024;
/** A whole prompt file fits; a runaway sender does not. */
export const MESSAGE_MAX_BYTES = 8 * 1024 * 1024;
/** Values in one message: a list of all sessions has fewer; millions take seconds to look at. */
export const MESSAGE_MAX_PARTS = 100_000;
/** Says nothing for this long after connecting: closed, so that silent connections do not pile up. */
export const FIRST_LINE_TIMEOUT_MS = 5_000;
/** A start or attach whose data connection does not follow is given up. */
export const DATA_SOCKET_TIMEOUT_MS = 5_000;
/** A client this far behind while another keeps up is skipped, and gets a redraw when it reads again. */
export const CLIENT_BEHIND_MAX_BYTES = 2 * 1024 * 1024;
/** Queued for the fastest client before the program is paused: some milliseconds of a local terminal. */
export const CLIENT_HIGH_BYTES = 1024 * 1024;
/** …and below which it goes on. */
export const CLIENT_LOW_BYTES = 256 * 1024;
/** Has taken nothing for this long with that much queued: a dead connection, not a slow one. */
export const CLIENT_STALLED_MS = 1_000;
/** Sessions at once: each holds three descriptors and some megabytes. */
export const SESSIONS_MAX = 1_000;
/** Clients at once, over all sessions. */
export const CONNECTIONS_MAX = 4_000;
/**
 * Lines that one look at a screen gives: as many as are kept above it by default. Some 15 ms of
 * work, with colours 40 ms, in which nothing else is done.
 */
export const PEEK_LINES_MAX = 2_000;
/** Arguments of a program: more than anybody types, less than takes long to look at. */
export const ARGUMENTS_MAX = 10_000;
/** How long Codex may take to go after it was asked; 0.169 needs under 0.3 s. */
export const KILL_GRACE_MS = 3_000;
/** A terminal's size: what a window system can show, and what keeps a screen's memory bounded. */
export const COLUMNS_MAX = 1_000;
export const ROWS_MAX = 1_000;
/** A background session before anybody has attached. */
export const BACKGROUND_COLUMNS = 120;
export const BACKGROUND_ROWS = 40;
