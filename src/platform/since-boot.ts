/** Milliseconds on a clock that is never set, and that all processes of a machine share. */
export function sinceBootMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
