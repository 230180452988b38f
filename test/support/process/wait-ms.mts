/**
 * How long any wait may take, in milliseconds. Only a failing test waits as long, so it is what two
 * busy cores that others use as well may need, not what one would expect.
 */
export const WAIT_MS = Number(process.env.CODEX_SESSIONS_TEST_WAIT_MS ?? 60_000);
