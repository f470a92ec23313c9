/**
 * The two file operations Node lacks. They only make things fast: without `node:ffi` (an experimental part of
 * Node 26) everything works by reading and writing.
 */
export interface SparseOperations {
  /** The first data at or after `from`; `undefined` when there is none. */
  nextData(fd: number, from: number): number | undefined;
  /** The first hole at or after `from`; the end of the file counts as one. */
  nextHole(fd: number, from: number): number | undefined;
  /** Frees a range of a file or block device so that it reads as zeros; false when this is not supported. */
  punchHole(fd: number, offset: number, length: number): boolean;
}

const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** `undefined` where `node:ffi` or the C library is missing. */
export async function loadSparseOperations(): Promise<SparseOperations | undefined> {
  try {
    const { dlopen } = await import("node:ffi");
    const { functions } = dlopen("libc.so.6", {
      lseek: { arguments: ["i32", "i64", "i32"], return: "i64" },
      fallocate: { arguments: ["i32", "i32", "i64", "i64"], return: "i32" },
    });
    const seek = (fd: number, from: number, whence: number): number | undefined => {
      const found = functions.lseek(fd, BigInt(from), whence);
      return found < 0n ? undefined : Number(found);
    };
    return {
      nextData: (fd, from) => seek(fd, from, SEEK_DATA),
      nextHole: (fd, from) => seek(fd, from, SEEK_HOLE),
      punchHole: (fd, offset, length) =>
        functions.fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, BigInt(offset), BigInt(length)) === 0,
    };
  } catch {
    return undefined;
  }
}
