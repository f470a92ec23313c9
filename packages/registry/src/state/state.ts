import { IcosError } from "@icos/system";
import { RegistryHistory } from "./history.ts";
import { INDEX_NAMES, indexEntries, type IndexName } from "./indexes.ts";
import type { RegistryVersion } from "./mutation.ts";
import type { DatedView } from "./view.ts";

/** The whole registry in memory: its history, and its latest version with indexes. Changes only by {@link commit}. */
export class RegistryState implements DatedView {
  readonly history = new RegistryHistory();
  readonly #indexes = new Map<IndexName, Map<string, Set<string>>>(INDEX_NAMES.map((name) => [name, new Map()]));

  get version(): number {
    return this.history.latestVersion;
  }

  get(key: string): Uint8Array | undefined {
    return this.history.value(key);
  }

  writtenAt(key: string): bigint | undefined {
    const entry = this.history.entry(key);
    return entry?.value === undefined ? undefined : entry.time;
  }

  keys(prefix: string): readonly string[] {
    return this.history.keys(prefix);
  }

  holders(index: IndexName, entry: string): readonly string[] {
    return [...(this.#indexes.get(index)?.get(entry) ?? [])].sort();
  }

  /** A whole index: entries and the keys that have them, sorted. */
  indexContent(index: IndexName): readonly (readonly [string, readonly string[]])[] {
    const entries = Array.from(this.#indexes.get(index)?.keys() ?? []).sort();
    return entries.map((entry) => [entry, this.holders(index, entry)]);
  }

  /**
   * Appends the versions of a registry that was kept elsewhere. What {@link commit} does one by one, but only what is
   * left at the end is indexed. @throws IcosError `registry-version-gap`, `registry-record-malformed`
   */
  restore(versions: Iterable<RegistryVersion>): void {
    if (this.version > 0) throw new IcosError("registry-internal", "A registry that has versions cannot be restored.");
    for (const version of versions) this.history.append(version);
    for (const key of this.keys("")) {
      const value = this.get(key);
      for (const [index, entry] of value ? indexEntries(key, value) : []) this.#holders(index, entry).add(key);
    }
  }

  /** Appends an accepted version. @throws IcosError `registry-version-gap`, `registry-record-malformed` */
  commit(next: RegistryVersion): void {
    const updates = next.changes.map(({ key, value }) => ({ key, before: this.get(key), after: value }));
    const entries = updates.map(({ key, before, after }) => ({
      key,
      remove: before === undefined ? [] : indexEntries(key, before),
      add: after === undefined ? [] : indexEntries(key, after),
    }));
    this.history.append(next);
    for (const { key, remove } of entries) for (const [index, entry] of remove) this.#holders(index, entry).delete(key);
    for (const { key, add } of entries) for (const [index, entry] of add) this.#holders(index, entry).add(key);
    for (const { remove } of entries) for (const [index, entry] of remove) this.#dropIfEmpty(index, entry);
  }

  #holders(index: IndexName, entry: string): Set<string> {
    const map = this.#indexes.get(index);
    if (!map) throw new IcosError("registry-internal", `There is no index ${index}.`);
    const holders = map.get(entry) ?? new Set();
    map.set(entry, holders);
    return holders;
  }

  #dropIfEmpty(index: IndexName, entry: string): void {
    const map = this.#indexes.get(index);
    if (map?.get(entry)?.size === 0) map.delete(entry);
  }
}
