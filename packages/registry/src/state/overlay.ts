import { indexEntries, type IndexName } from "./indexes.ts";
import type { KeyChange } from "./mutation.ts";
import type { RegistryView } from "./view.ts";

/** The registry as it would be after the changes, which are not made. */
export class OverlayView implements RegistryView {
  readonly #base: RegistryView;
  readonly #changes: ReadonlyMap<string, Uint8Array | undefined>;
  /** What the changes enter into an index: entry to keys. Made when the index is first asked. */
  readonly #entered = new Map<IndexName, ReadonlyMap<string, readonly string[]>>();

  constructor(base: RegistryView, changes: readonly KeyChange[]) {
    this.#base = base;
    this.#changes = new Map(changes.map(({ key, value }) => [key, value]));
  }

  get version(): number {
    return this.#base.version + 1;
  }

  get(key: string): Uint8Array | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  keys(prefix: string): readonly string[] {
    const keys = new Set(this.#base.keys(prefix));
    for (const [key, value] of this.#changes) {
      if (value === undefined) keys.delete(key);
      else if (key.startsWith(prefix)) keys.add(key);
    }
    return [...keys].sort();
  }

  holders(index: IndexName, entry: string): readonly string[] {
    const unchanged = this.#base.holders(index, entry).filter((key) => !this.#changes.has(key));
    const entered = this.#entriesOf(index).get(entry) ?? [];
    return entered.length === 0 ? unchanged : [...unchanged, ...entered].sort();
  }

  #entriesOf(index: IndexName): ReadonlyMap<string, readonly string[]> {
    const known = this.#entered.get(index);
    if (known) return known;
    const entered = new Map<string, string[]>();
    for (const [key, value] of this.#changes) {
      if (value === undefined) continue;
      for (const entry of indexEntries(index, key, value)) {
        const keys = entered.get(entry);
        if (keys) keys.push(key);
        else entered.set(entry, [key]);
      }
    }
    this.#entered.set(index, entered);
    return entered;
  }
}
