import { open, stat } from "node:fs/promises";

const BLOCK = 4 << 20;

export interface FirstDifference {
  /** First byte that differs; undefined when one file is the beginning of the other. */
  readonly offset: number | undefined;
}

/** Compares two files byte by byte. Holes are read as the zeros they are, quickly. */
export async function findFirstDifference(a: string, b: string): Promise<FirstDifference | undefined> {
  const [sizeA, sizeB] = [(await stat(a)).size, (await stat(b)).size];
  const [left, right] = [await open(a, "r"), await open(b, "r")];
  try {
    const [blockA, blockB] = [Buffer.allocUnsafe(BLOCK), Buffer.allocUnsafe(BLOCK)];
    for (let at = 0; at < Math.min(sizeA, sizeB); at += BLOCK) {
      const length = Math.min(BLOCK, sizeA - at, sizeB - at);
      await Promise.all([left.read(blockA, 0, length, at), right.read(blockB, 0, length, at)]);
      if (blockA.compare(blockB, 0, length, 0, length) === 0) continue;
      let index = 0;
      while (blockA[index] === blockB[index]) index += 1;
      return { offset: at + index };
    }
    return sizeA === sizeB ? undefined : { offset: undefined };
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}
