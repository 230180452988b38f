/**
 * SHA-256 (FIPS 180-4) of a short text. Every command needs the hash of its project's path, and loading
 * `node:crypto` takes 2.5 ms without a startup snapshot.
 */

const INITIAL: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const CONSTANTS = primes(64).map((prime) => fraction(Math.cbrt(prime)));

/** Lower-case hexadecimal. */
export function sha256(text: string): string {
  const hash = Uint32Array.from(INITIAL);
  const message = padded(Buffer.from(text));
  const words = new Uint32Array(64);
  for (let at = 0; at < message.length; at += 64) block(hash, words, message, at);
  return [...hash].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Appends a one bit, zeros, and the length in bits, up to a multiple of 64 bytes. */
function padded(bytes: Buffer): Buffer {
  const message = Buffer.alloc(Math.ceil((bytes.length + 9) / 64) * 64);
  bytes.copy(message);
  message[bytes.length] = 0x80;
  message.writeBigUInt64BE(BigInt(bytes.length) * 8n, message.length - 8);
  return message;
}

/** Optimized for V8's interpreter: it runs too rarely to be compiled. */
function block(hash: Uint32Array, words: Uint32Array, message: Buffer, at: number): void {
  const word = (i: number) => words[i] as number;
  for (let i = 0; i < 16; i++) words[i] = message.readUInt32BE(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const s0 = rotated(word(i - 15), 7) ^ rotated(word(i - 15), 18) ^ (word(i - 15) >>> 3);
    const s1 = rotated(word(i - 2), 17) ^ rotated(word(i - 2), 19) ^ (word(i - 2) >>> 10);
    words[i] = word(i - 16) + s0 + word(i - 7) + s1;
  }
  // The registers a to h, from a base that moves down by one each round.
  const r = new Int32Array(72);
  for (let i = 0; i < 8; i++) r[64 + i] = hash[i] as number;
  let base = 64;
  for (let i = 0; i < 64; i++) {
    const a = r[base] as number;
    const b = r[base + 1] as number;
    const c = r[base + 2] as number;
    const e = r[base + 4] as number;
    const f = r[base + 5] as number;
    const g = r[base + 6] as number;
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = ((r[base + 7] as number) + s1 + choice + (CONSTANTS[i] as number) + word(i)) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    base -= 1;
    // The former d has become e, and so on.
    r[base + 4] = (r[base + 4] as number) + t1;
    r[base] = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
  }
  for (let i = 0; i < 8; i++) hash[i] = (hash[i] as number) + (r[i] as number);
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) >>> 0;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}
