/** Zstandard frames as RFC 8878 describes them, with blocks that are stored or repeated: for tests. */

const BLOCK_MAX = 128 * 1024;

function block(last: boolean, type: 0 | 1, size: number, content: Buffer): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | Number(last), 0, 3);
  return Buffer.concat([header, content]);
}

/** `windowLog`: what a reader has to keep, as a power of two. */
function frameHeader(windowLog: number): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]);
}

/** Stored, not compressed. */
export function zstdFrame(content: Buffer, windowLog = 20): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < content.length || at === 0; at += BLOCK_MAX) {
    const part = content.subarray(at, at + BLOCK_MAX);
    blocks.push(block(at + BLOCK_MAX >= content.length, 0, part.length, part));
  }
  return Buffer.concat([frameHeader(windowLog), ...blocks]);
}

/** Four bytes for each 128 KiB of `a`. */
export function zstdBomb(mebibytes: number): Buffer {
  const count = mebibytes * 8;
  const blocks = Array.from({ length: count }, (_, index) =>
    block(index === count - 1, 1, BLOCK_MAX, Buffer.from('a')),
  );
  return Buffer.concat([frameHeader(20), ...blocks]);
}
