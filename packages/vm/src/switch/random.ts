import { hash } from "node:crypto";

/** Numbers in [0, 1) that depend on nothing but the seed. */
export type Random = () => number;

/** sfc32 (Chris Doty-Humphrey), seeded by a hash so that similar seeds give unrelated streams. */
export function createRandom(seed: string): Random {
  const digest = hash("sha256", seed, "buffer");
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = 1;
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}
