import { open, type FileHandle } from "node:fs/promises";
import { findData } from "@icos/slots";

const BLOCK = 4 << 20;
/** Unit in which the files' data are looked for; everything else reads as zeros in both. */
const DATA_UNIT = 64 << 10;

export interface FirstDifference {
  /** First byte that differs; undefined when one file is the beginning of the other. */
  readonly offset: number | undefined;
}

/** Compares two files byte by byte, without reading what is a hole in both. */
export async function findFirstDifference(a: string, b: string): Promise<FirstDifference | undefined> {
  await using left = await open(a, "r");
  await using right = await open(b, "r");
  const [sizeA, sizeB] = [(await left.stat()).size, (await right.stat()).size];
  const size = Math.min(sizeA, sizeB);
  for (const { offset, length } of await dataOfEither(left, right, size)) {
    const found = await compareRange(left, right, offset, length);
    if (found !== undefined) return { offset: found };
  }
  return sizeA === sizeB ? undefined : { offset: undefined };
}

async function dataOfEither(
  left: FileHandle,
  right: FileHandle,
  size: number,
): Promise<readonly { readonly offset: number; readonly length: number }[]> {
  const found = [...(await findData(left, size, DATA_UNIT)), ...(await findData(right, size, DATA_UNIT))];
  return found.sort((x, y) => x.offset - y.offset);
}

async function compareRange(
  left: FileHandle,
  right: FileHandle,
  start: number,
  length: number,
): Promise<number | undefined> {
  const [blockA, blockB] = [Buffer.alloc(BLOCK), Buffer.alloc(BLOCK)];
  for (let at = start; at < start + length; at += BLOCK) {
    const count = Math.min(BLOCK, start + length - at);
    await Promise.all([left.read(blockA, 0, count, at), right.read(blockB, 0, count, at)]);
    if (blockA.compare(blockB, 0, count, 0, count) === 0) continue;
    let index = 0;
    while (blockA[index] === blockB[index]) index += 1;
    return at + index;
  }
  return undefined;
}
