/**
 * As clearTimeout, for limits that take long: Node's one timer stays armed for a limit that is taken
 * back, and wakes the process for nothing when it would have been over; a shorter one sets it anew.
 */
export function takeBack(limit: NodeJS.Timeout): void {
  clearTimeout(limit);
  setTimeout(() => {}, 1);
}
