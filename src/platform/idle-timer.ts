/**
 * As clearTimeout, for long timeouts: Node's one timer stays armed for a cleared timeout, and would wake
 * an idle process for nothing. A short timeout arms it anew, but Node 20 forgets only timeouts that keep
 * the process alive (`unenroll` in its internal/timers.js), hence the `ref`.
 */
export function clearIdleTimeout(limit: NodeJS.Timeout): void {
  limit.ref();
  clearTimeout(limit);
  setTimeout(() => {}, 1);
}
