import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { systemErrorCode } from "./errors.ts";
import { createFile, syncDirectory } from "./files.ts";

/**
 * The file operations that stores of several files are made of. Each is one point where the machine may stop, so that a
 * test can stop it there ({@link MemoryDisk} of `@icos/system/memory-disk`). Reading blocks: stores are read at start-up,
 * many small files at a time, and handing each to another thread takes several times as long as reading it.
 */
export interface DurableFiles {
  /** Names in the directory, or `undefined` when there is none. */
  list(directory: string): readonly string[] | undefined;
  exists(path: string): boolean;
  read(path: string): Buffer;
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Creates a file that must not exist. Its content is durable on return; its name when the directory is synced. */
  create(path: string, content: Uint8Array, mode: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Replaces a file; fails if `to` is a directory that is not empty. Durable when the parent directory is synced. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a directory with what is in it, if there is one. */
  removeTree(path: string): Promise<void>;
}

export const durableFiles: DurableFiles = {
  list(directory) {
    try {
      return readdirSync(directory);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  exists: existsSync,
  read: (path) => readFileSync(path),
  async makeDirectory(path, mode) {
    await mkdir(path, { mode });
  },
  create: createFile,
  syncDirectory,
  rename,
  removeTree: (path) => rm(path, { recursive: true, force: true }),
};
