/** A range of bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

const ZEROS = Buffer.alloc(1024 * 1024);

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const length = Math.min(ZEROS.length, bytes.length - at);
    if (bytes[at] !== 0 || ZEROS.compare(bytes, at, at + length, 0, length) !== 0) return false;
  }
  return true;
}

/** Adds a range behind the last one, joining the two when they touch. */
export function appendExtent(extents: Extent[], offset: number, length: number): void {
  if (length === 0) return;
  const last = extents.at(-1);
  if (last !== undefined && last.offset + last.length === offset) {
    extents[extents.length - 1] = { offset: last.offset, length: last.length + length };
  } else extents.push({ offset, length });
}

/** Adds those blocks of `bytes` (which lie at `offset`, a multiple of `block`) that are not all zero. */
export function appendNonZeroBlocks(extents: Extent[], offset: number, bytes: Buffer, block: number): void {
  for (let at = 0; at < bytes.length; at += block) {
    const end = Math.min(at + block, bytes.length);
    if (!isZero(bytes.subarray(at, end))) appendExtent(extents, offset + at, end - at);
  }
}

/** What lies between the extents, up to `size`. */
export function holesOf(extents: readonly Extent[], size: number): Extent[] {
  const holes: Extent[] = [];
  let end = 0;
  for (const { offset, length } of extents) {
    appendExtent(holes, end, offset - end);
    end = offset + length;
  }
  appendExtent(holes, end, size - end);
  return holes;
}
