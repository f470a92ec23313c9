import { type Dirent, mkdirSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError, readFileIfExists, syncDirectory, systemErrorCode, writeFileDurably } from "@icos/system";
import type { KeyChange } from "../state/mutation.ts";
import { decodeChangelogEntry, encodeChangelogEntry } from "./changelog-entry.ts";
import { versionPath } from "./layout.ts";

/**
 * The registry as a node keeps it on disk, in upstream's format: one file per version, below `directory`. A crash
 * leaves whole versions: a version counts once its file has its name.
 */
export class LocalStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** What `version` changed; undefined when the store does not have it. */
  async read(version: number): Promise<KeyChange[] | undefined> {
    const path = join(this.directory, versionPath(version));
    const bytes = await readFileIfExists(path);
    return bytes && decodeChangelogEntry(bytes, path);
  }

  /** The versions after `since` in order, up to the first that is missing. */
  async *readSince(
    since: number,
  ): AsyncGenerator<{ readonly version: number; readonly changes: readonly KeyChange[] }> {
    for (let version = since + 1; ; version++) {
      const changes = await this.read(version);
      if (!changes) return;
      yield { version, changes };
    }
  }

  /** Stores a version durably. Storing one again replaces it. @throws IcosError `local-store-gap` */
  async append(version: number, changes: readonly KeyChange[]): Promise<void> {
    if (version < 1 || (version > 1 && !(await this.#has(version - 1)))) {
      throw new IcosError("local-store-gap", `Version ${version} cannot be stored before version ${version - 1} is.`);
    }
    if (changes.length === 0) throw new IcosError("local-store-entry", `Version ${version} changes nothing.`);
    const path = join(this.directory, versionPath(version));
    await this.#makeDirectories(dirname(path));
    await writeFileDurably(path, encodeChangelogEntry(changes));
  }

  /** Forgets every version after `version`: of a damaged store the part that can be read is kept. */
  async truncate(version: number): Promise<void> {
    const files = await this.#files();
    for (const { path, version: found } of files) {
      if (found > version) await rm(join(this.directory, path));
    }
  }

  /** Removes all versions; files directly in the directory stay. */
  async clear(): Promise<void> {
    for (const entry of await listDirectory(this.directory)) {
      if (entry.isDirectory()) await rm(join(this.directory, entry.name), { recursive: true, force: true });
    }
  }

  /**
   * Looks for damage: files that cannot be read, and files behind a gap. `readable` is the last version up to which
   * all is well.
   */
  async inspect(): Promise<LocalStoreReport> {
    const problems: string[] = [];
    let readable = 0;
    try {
      for await (const { version } of this.readSince(0)) readable = version;
    } catch (error) {
      if (!(error instanceof IcosError)) throw error;
      problems.push(error.message);
    }
    for (const { path, version } of await this.#files()) {
      if (version > readable + 1)
        problems.push(`${path} comes after version ${readable + 1}, which is missing or damaged.`);
    }
    return { readable, problems };
  }

  async #has(version: number): Promise<boolean> {
    try {
      return (await stat(join(this.directory, versionPath(version)))).isFile();
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw error;
    }
  }

  /** All files that have the name of a version. */
  async #files(): Promise<{ readonly path: string; readonly version: number }[]> {
    const found: { path: string; version: number }[] = [];
    for (const entry of await listDirectory(this.directory, true)) {
      const path = join(entry.parentPath, entry.name).slice(join(this.directory, "/").length);
      const version = Number.parseInt(path.replaceAll("/", "").replace(/\.pb$/, ""), 16);
      if (entry.isFile() && versionPath(version) === path) found.push({ path, version });
    }
    return found.sort((a, b) => a.version - b.version);
  }

  /** Makes what is missing of the directories and makes their names durable. */
  async #makeDirectories(path: string): Promise<void> {
    const first = mkdirSync(path, { recursive: true });
    if (first === undefined) return;
    for (let at = path; at.length >= dirname(first).length; at = dirname(at)) await syncDirectory(at);
  }
}

export interface LocalStoreReport {
  readonly readable: number;
  /** Sentences; empty when all is well. */
  readonly problems: readonly string[];
}

async function listDirectory(path: string, recursive = false): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true, recursive });
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
