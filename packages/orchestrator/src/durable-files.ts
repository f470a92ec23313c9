import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { syncDirectory, systemErrorCode } from "@icos/system";

/**
 * The file operations that the key store is made of. Each is one point where the machine may stop, so that a test can
 * stop it there.
 */
export interface DurableFiles {
  /** Names in the directory, or `undefined` when there is none. */
  list(directory: string): Promise<readonly string[] | undefined>;
  read(path: string): Promise<Buffer>;
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Creates a file that must not exist. Its content is durable on return; its name when the directory is synced. */
  create(path: string, content: Uint8Array, mode: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Fails if `to` exists and is not empty. Durable when the parent directory is synced. */
  renameDirectory(from: string, to: string): Promise<void>;
  removeTree(path: string): Promise<void>;
}

export const durableFiles: DurableFiles = {
  async list(directory) {
    try {
      return await readdir(directory);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  read: (path) => readFile(path),
  async makeDirectory(path, mode) {
    await mkdir(path, { mode });
  },
  async create(path, content, mode) {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  syncDirectory,
  renameDirectory: rename,
  removeTree: (path) => rm(path, { recursive: true, force: true }),
};
