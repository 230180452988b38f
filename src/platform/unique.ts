/**
 * Unique names, for temporary files beside their target and to pair the two connections of a client. Not
 * for secrets. Without `node:crypto`, which takes 2.5 ms to load.
 */
let count = 0;

/** 32 hexadecimal digits: process, time, a counter and a random part. */
export function uniqueHex(): string {
  const hex = (value: number, digits: number) =>
    value.toString(16).padStart(digits, '0').slice(-digits);
  count += 1;
  const chance = Math.floor(Math.random() * 2 ** 48);
  return hex(process.pid, 6) + hex(Date.now(), 11) + hex(count, 3) + hex(chance, 12);
}
