/**
 * As clearTimeout, for limits that take long and have not passed: Node's one timer stays armed for a
 * limit that is taken back, and wakes the process for nothing when it would have been over. A shorter
 * one sets it anew; but Node 20 forgets only such limits as keep a process alive (`unenroll` in its
 * internal/timers.js).
 */
export function clearIdleTimeout(limit: NodeJS.Timeout): void {
  limit.ref();
  clearTimeout(limit);
  setTimeout(() => {}, 1);
}
