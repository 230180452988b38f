/**
 * Checks Zstandard data before it is decompressed (RFC 8878, section 3.1): the library allocates as
 * much as a frame asks for, up to 2 GiB, and a frame of a few bytes can ask for that.
 */

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** zstd's own default limit (ZSTD_WINDOWLOG_LIMIT_DEFAULT, 27). Codex 0.171 uses 2 MiB. */
const WINDOW_MAX_BYTES = 128 * 1024 * 1024;
const RESERVED_BLOCK = 3;
const RLE_BLOCK = 1;

/** @throws Error if the data is not whole Zstandard frames, or needs too much memory */
export function checkFrames(data: Buffer): void {
  if (data.length === 0) throw new Error('empty');
  try {
    for (let at = 0; at < data.length; ) at = frameEnd(data, at);
  } catch (error) {
    if (error instanceof RangeError) throw new Error('incomplete');
    throw error;
  }
}

function frameEnd(data: Buffer, start: number): number {
  const magic = data.readUInt32LE(start);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) return start + 8 + data.readUInt32LE(start + 4);
  if (magic !== FRAME) throw new Error('not Zstandard');
  const descriptor = data.readUInt8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  let at = start + 5;
  let window = singleSegment ? 0 : windowOf(data.readUInt8(at));
  if (!singleSegment) at += 1;
  at += [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  if (singleSegment) window = contentSize(data, at, sizeFlag);
  if (window > WINDOW_MAX_BYTES) throw new Error('it needs too much memory');
  at += sizeFlag === 0 ? Number(singleSegment) : 1 << sizeFlag;
  for (let last = false; !last; ) {
    const header = data.readUIntLE(at, 3);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw new Error('not Zstandard');
    last = (header & 1) === 1;
    at += 3 + (type === RLE_BLOCK ? 1 : header >> 3);
  }
  const end = at + ((descriptor & 4) === 0 ? 0 : 4);
  if (end > data.length) throw new Error('incomplete');
  return end;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(data: Buffer, at: number, flag: number): number {
  if (flag === 0) return data.readUInt8(at);
  if (flag === 1) return data.readUInt16LE(at) + 256;
  return flag === 2 ? data.readUInt32LE(at) : Number(data.readBigUInt64LE(at));
}
