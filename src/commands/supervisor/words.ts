export const NONE_RUNS = 'No supervisor is running: the next start brings one.';

export function count(sessions: number): string {
  return `${sessions} session${sessions === 1 ? '' : 's'}`;
}
