import { indexEntries, type IndexName } from "./indexes.ts";
import type { KeyChange } from "./mutation.ts";
import type { RegistryView } from "./view.ts";

/** The registry as it would be after the changes, which are not made. */
export class OverlayView implements RegistryView {
  readonly #base: RegistryView;
  readonly #changes: ReadonlyMap<string, Uint8Array | undefined>;

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
    const holders = new Set(this.#base.holders(index, entry));
    for (const [key, value] of this.#changes) {
      if (value !== undefined && indexEntries(index, key, value).includes(entry)) holders.add(key);
      else holders.delete(key);
    }
    return [...holders].sort();
  }
}
