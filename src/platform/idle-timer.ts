/**
 * As clearTimeout, for long limits: Node's one timer stays armed for a limit that is cleared, and would
 * wake an idle process for nothing. A short timeout arms it anew; but Node 20 forgets only limits that
 * keep the process alive (`unenroll` in its internal/timers.js), hence the `ref`.
 */
export function clearIdleTimeout(limit: NodeJS.Timeout): void {
  limit.ref();
  clearTimeout(limit);
  setTimeout(() => {}, 1);
}
