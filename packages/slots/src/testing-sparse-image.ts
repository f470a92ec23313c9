import type { Extent } from "./extents.ts";
import { encodeTarHeader, TAR_FILE, TAR_SPARSE } from "./tar-header.ts";

/** A small update image with many holes, for tests of its readers. */
export function sparseImage(): Buffer {
  const ranges = Array.from({ length: 30 }, (_, index): Extent => ({ offset: index * 4096, length: 512 }));
  return Buffer.concat([
    member("./VERSION.TXT", TAR_FILE, 512, [{ offset: 0, length: 512 }]),
    Buffer.alloc(512, "v".repeat(200).padEnd(512, " ")),
    member("./boot.img", TAR_SPARSE, 65536, [
      { offset: 512, length: 1024 },
      { offset: 65536, length: 0 },
    ]),
    Buffer.alloc(1024, "boot"),
    member("./root.img", TAR_SPARSE, 10 * 1024 ** 3, [...ranges, { offset: 10603200512, length: 512 }]),
    Buffer.alloc(31 * 512, "root"),
    Buffer.alloc(2048),
  ]);
}

function member(name: string, type: typeof TAR_FILE | typeof TAR_SPARSE, size: number, ranges: Extent[]): Buffer {
  const storedSize = ranges.reduce((sum, { length }) => sum + length, 0);
  return encodeTarHeader({ name, type, mode: 0o644, storedSize, size, ranges });
}
