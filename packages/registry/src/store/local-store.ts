import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { durableFiles, type DurableFiles, IcosError, systemErrorCode } from "@icos/system";
import type { KeyChange } from "../state/mutation.ts";
import { decodeChangelogEntry, encodeChangelogEntry } from "./changelog-entry.ts";
import { VERSIONS_PER_DIRECTORY, versionPath } from "./layout.ts";
import { listStore, type StoreListing, strayProblems, unreadable } from "./listing.ts";

/** What a version changes. */
export interface StoredVersion {
  readonly version: number;
  readonly changes: readonly KeyChange[];
}

/** How many files are written at a time: their synchronisation costs about as much as that of one. */
const AT_A_TIME = 16;

/**
 * The registry as a node keeps it on disk, in upstream's format: one file per version, below `directory`. A crash
 * leaves whole versions: a version counts once its file has its name, and its content is durable before.
 */
export class LocalStore {
  readonly directory: string;
  readonly #files: DurableFiles;

  constructor(directory: string, files: DurableFiles = durableFiles) {
    this.directory = directory;
    this.#files = files;
  }

  /**
   * What `version` changed; undefined when the store does not have it.
   * @throws IcosError `local-store-entry` when its file is not whole, `local-store-unreadable`
   */
  read(version: number): KeyChange[] | undefined {
    const path = join(this.directory, versionPath(version));
    let bytes: Uint8Array;
    try {
      bytes = this.#files.read(path);
    } catch (cause) {
      if (systemErrorCode(cause) === "ENOENT") return undefined;
      throw unreadable(path, cause);
    }
    return decodeChangelogEntry(bytes, path);
  }

  /** The versions after `since` in order, up to the first that is missing. Throws as {@link read} does. */
  async *readSince(since: number): AsyncGenerator<StoredVersion> {
    for (let version = since + 1; ; version++) {
      const changes = this.read(version);
      if (!changes) return;
      yield { version, changes };
      if (version % VERSIONS_PER_DIRECTORY === 0) await setImmediate(); // reading blocks; others may want to do something
    }
  }

  /** Stores a version durably. Storing one again replaces it. Throws as {@link appendAll} does. */
  async append(version: number, changes: readonly KeyChange[]): Promise<void> {
    await this.appendAll([{ version, changes }]);
  }

  /**
   * Stores versions that follow on each other, durably and in their order: after a crash there is a first part of them.
   * @throws IcosError `local-store-gap`, `local-store-entry`
   */
  async appendAll(versions: readonly StoredVersion[]): Promise<void> {
    let last = (versions[0]?.version ?? 1) - 1;
    if (last < 0 || (last > 0 && !this.#files.exists(join(this.directory, versionPath(last))))) throw gap(last + 1);
    for (const { version } of versions) if (version !== ++last) throw gap(version);
    const byDirectory = Map.groupBy(versions, ({ version }) => dirname(join(this.directory, versionPath(version))));
    for (const [directory, group] of byDirectory) {
      await this.#makeDirectory(directory);
      for (let start = 0; start < group.length; start += AT_A_TIME) {
        await this.#write(directory, group.slice(start, start + AT_A_TIME));
      }
      await this.#files.syncDirectory(directory);
    }
  }

  /** What lies in the directory. @throws IcosError `local-store-unreadable` */
  list(): StoreListing {
    return listStore(this.#files, this.directory);
  }

  /**
   * Forgets every version after `version`, the latest first, what was not finished and what is foreign: of a damaged
   * store the part that can be read is kept. Durable on return. Tells, in sentences, what was out of place.
   */
  async truncate(version: number): Promise<string[]> {
    const listing = this.list();
    const later = listing.versions.filter((found) => found > version).toReversed();
    const paths = [...later.map(versionPath), ...listing.foreign, ...listing.unfinished];
    const byDirectory = Map.groupBy(paths, (path) => dirname(join(this.directory, path)));
    for (const [directory, group] of byDirectory) {
      for (const path of group) await this.#files.removeTree(join(this.directory, path));
      await this.#files.syncDirectory(directory);
    }
    return strayProblems(listing, version);
  }

  /** Removes all versions; files directly in the directory stay. */
  async clear(): Promise<void> {
    for (const name of this.#files.list(this.directory) ?? []) {
      const path = join(this.directory, name);
      if (this.#isDirectory(path)) await this.#files.removeTree(path);
    }
    if (this.#files.exists(this.directory)) await this.#files.syncDirectory(this.directory);
  }

  /**
   * Looks for damage, changing nothing: files that cannot be read, files behind a gap, foreign ones. `readable` is the
   * last version up to which all is well. Reads the whole store.
   */
  async inspect(): Promise<LocalStoreReport> {
    const problems: string[] = [];
    let readable = 0;
    try {
      for await (const { version } of this.readSince(0)) readable = version;
    } catch (error) {
      if (!isDamage(error)) throw error;
      problems.push(error.message);
    }
    return { readable, problems: [...problems, ...strayProblems(this.list(), readable)] };
  }

  async #write(directory: string, versions: readonly StoredVersion[]): Promise<void> {
    const written = versions.map(({ version, changes }) => ({
      path: join(this.directory, versionPath(version)),
      temporary: join(directory, `.${randomBytes(6).toString("hex")}.tmp`),
      content: encodeChangelogEntry(changes),
    }));
    try {
      const creations = written.map(({ temporary, content }) => this.#files.create(temporary, content, 0o644));
      const failed = (await Promise.allSettled(creations)).find(({ status }) => status === "rejected");
      if (failed) await Promise.all(creations); // throws the first failure, now that none is under way
      for (const { path, temporary } of written) await this.#files.rename(temporary, path);
    } catch (error) {
      for (const { temporary } of written) await this.#files.removeTree(temporary);
      throw error;
    }
  }

  #isDirectory(path: string): boolean {
    try {
      return this.#files.list(path) !== undefined;
    } catch (error) {
      if (systemErrorCode(error) === "ENOTDIR") return false;
      throw error;
    }
  }

  /** Makes what is missing of a directory and those above it, and makes their names durable. */
  async #makeDirectory(path: string): Promise<void> {
    if (this.#files.exists(path)) return;
    await this.#makeDirectory(dirname(path));
    await this.#files.makeDirectory(path, 0o755);
    await this.#files.syncDirectory(dirname(path));
  }
}

export interface LocalStoreReport {
  readonly readable: number;
  /** Sentences; empty when all is well. */
  readonly problems: readonly string[];
}

/** Whether an error of {@link LocalStore.read} says that the file is to be fetched again. */
export function isDamage(error: unknown): error is IcosError {
  return error instanceof IcosError && (error.code === "local-store-entry" || error.code === "local-store-unreadable");
}

function gap(version: number): IcosError {
  return new IcosError("local-store-gap", `Version ${version} cannot be stored before version ${version - 1} is.`);
}
