/**
 * Keeps characters whole for the emulator, whose decoder fails if one is split after a byte 0x80 ("…"
 * is E2 80 A6).
 */

/** Length of the incomplete UTF-8 character at the end of `data`: 0 to 3. */
export function incompleteTail(data: Uint8Array): number {
  const longest = Math.min(3, data.length);
  for (let back = 1; back <= longest; back++) {
    const byte = data[data.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return byte < 0xf8 && length > back ? back : 0;
    }
  }
  return 0;
}
