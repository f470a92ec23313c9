import { IcosError } from "@icos/system";
import type { LocalStore } from "../store/local-store.ts";
import { RegistryHistory, type VersionedValue } from "../state/history.ts";

/** Reads of the registry at explicit versions. */
export interface RegistryReader {
  latestVersion(): number;
  /**
   * The last write or deletion of the key at or before `version`; undefined when there never was one.
   * @throws IcosError `registry-version-unknown` when `version` is later than the latest
   */
  entry(key: string, version: number): VersionedValue | undefined;
  /** The value of the key at `version`; undefined when absent or deleted. Throws as `entry` does. */
  value(key: string, version: number): Uint8Array | undefined;
  /** The keys with a value at `version` that begin with `prefix`, sorted. Throws as `entry` does. */
  keys(prefix: string, version: number): readonly string[];
}

/** Reads of a history, as far as it goes. */
export class HistoryReader implements RegistryReader {
  readonly #history: RegistryHistory;

  constructor(history: RegistryHistory) {
    this.#history = history;
  }

  latestVersion(): number {
    return this.#history.latestVersion;
  }

  entry(key: string, version: number): VersionedValue | undefined {
    this.#checkVersion(version);
    return this.#history.entry(key, version);
  }

  value(key: string, version: number): Uint8Array | undefined {
    return this.entry(key, version)?.value;
  }

  keys(prefix: string, version: number): readonly string[] {
    this.#checkVersion(version);
    return this.#history.keys(prefix, version);
  }

  #checkVersion(version: number): void {
    if (version > this.latestVersion()) {
      throw new IcosError(
        "registry-version-unknown",
        `Registry version ${version} is not known here yet; the latest is ${this.latestVersion()}.`,
      );
    }
  }
}

/** The registry of a local store, in memory. It moves on only by {@link RegistryClient.pollOnce}. */
export class RegistryClient extends HistoryReader {
  readonly #store: LocalStore;
  readonly #history: RegistryHistory;

  constructor(store: LocalStore) {
    const history = new RegistryHistory();
    super(history);
    this.#store = store;
    this.#history = history;
  }

  /** Takes in what the store has got since. Returns the latest version. */
  async pollOnce(): Promise<number> {
    for await (const { version, changes } of this.#store.readSince(this.#history.latestVersion)) {
      this.#history.append({ version, time: 0n, changes }); // the format does not keep the time
    }
    return this.#history.latestVersion;
  }
}
