import { IcosError } from "@icos/system";
import { familyOf, isFamily } from "../keys.ts";
import type { RegistryVersion } from "./mutation.ts";

export interface VersionedValue {
  /** The version that wrote or deleted it. */
  readonly version: number;
  readonly time: bigint;
  /** `undefined` after a deletion. */
  readonly value: Uint8Array | undefined;
}

/** Every version of every key, in memory. Versions count from 1; version 0 is the empty registry. */
export class RegistryHistory {
  readonly #versions: RegistryVersion[] = [];
  readonly #values = new Map<string, VersionedValue[]>();
  readonly #families = new Map<string, Set<string>>();

  get latestVersion(): number {
    return this.#versions.length;
  }

  /** Appends the next version. */
  append(next: RegistryVersion): void {
    if (next.version !== this.latestVersion + 1) {
      throw new IcosError(
        "registry-version-gap",
        `Version ${next.version} cannot follow registry version ${this.latestVersion}.`,
      );
    }
    for (const { key, value } of next.changes) {
      const entry = { version: next.version, time: next.time, value };
      const values = this.#values.get(key);
      if (values) values.push(entry);
      else {
        this.#values.set(key, [entry]);
        this.#family(key).add(key);
      }
    }
    this.#versions.push(next);
  }

  /** What `version` changed. */
  at(version: number): RegistryVersion | undefined {
    return this.#versions[version - 1];
  }

  /** The versions after `since`, oldest first. */
  since(since: number, limit = Number.POSITIVE_INFINITY): readonly RegistryVersion[] {
    return this.#versions.slice(since, since + limit);
  }

  /** The last write or deletion of the key at or before `version`. */
  entry(key: string, version = this.latestVersion): VersionedValue | undefined {
    const values = this.#values.get(key);
    return values?.[countUntil(values, version) - 1];
  }

  /** The value of the key at `version`; undefined when it is absent or deleted. */
  value(key: string, version = this.latestVersion): Uint8Array | undefined {
    return this.entry(key, version)?.value;
  }

  /** All writes and deletions of the key, oldest first. */
  keyHistory(key: string): readonly VersionedValue[] {
    return this.#values.get(key) ?? [];
  }

  /** The keys that begin with `prefix` and have a value at `version`, sorted. */
  keys(prefix: string, version = this.latestVersion): string[] {
    const family = familyOf(prefix);
    const inFamily = isFamily(family) ? (this.#families.get(family) ?? []) : undefined;
    const candidates = inFamily ?? this.#values.keys();
    const found: string[] = [];
    for (const key of candidates) {
      if (key.startsWith(prefix) && this.value(key, version) !== undefined) found.push(key);
    }
    return found.sort();
  }

  #family(key: string): Set<string> {
    const name = familyOf(key);
    const family = this.#families.get(name) ?? new Set();
    this.#families.set(name, family);
    return family;
  }
}

/** How many of the values are of `version` or older (binary search). */
function countUntil(values: readonly VersionedValue[], version: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle]?.version ?? 0) <= version) low = middle + 1;
    else high = middle;
  }
  return low;
}
