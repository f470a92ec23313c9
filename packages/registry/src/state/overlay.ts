import { isMessage, type DescMessage, type Message, type MessageShape } from "@bufbuild/protobuf";
import { decodeRecord } from "../records.ts";
import { indexEntries, type IndexName } from "./indexes.ts";
import type { KeyChange } from "./mutation.ts";
import type { RegistryView } from "./view.ts";

/** The registry as it would be after the changes, which are not made. */
export class OverlayView implements RegistryView {
  readonly #base: RegistryView;
  readonly #changes: ReadonlyMap<string, Uint8Array | undefined>;
  /** What the changes enter into indexes: index and entry to keys. Made when an index is first asked. */
  #entered: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #decoded = new Map<string, Message>();

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

  /** As `readRecord`, but decoded once: the record is shared, and must not be changed. */
  record<Schema extends DescMessage>(schema: Schema, key: string): MessageShape<Schema> | undefined {
    const known = this.#decoded.get(key);
    if (known && isMessage(known, schema)) return known;
    const value = this.get(key);
    const record = value === undefined ? undefined : decodeRecord(schema, value, key);
    if (record) this.#decoded.set(key, record);
    return record;
  }

  holders(index: IndexName, entry: string): readonly string[] {
    const unchanged = this.#base.holders(index, entry).filter((key) => !this.#changes.has(key));
    const entered = this.#enteredEntries().get(`${index} ${entry}`) ?? [];
    return entered.length === 0 ? unchanged : [...unchanged, ...entered].sort();
  }

  #enteredEntries(): ReadonlyMap<string, readonly string[]> {
    if (this.#entered) return this.#entered;
    const entered = new Map<string, string[]>();
    for (const [key, value] of this.#changes) {
      for (const [index, entry] of value === undefined ? [] : indexEntries(key, value)) {
        const place = `${index} ${entry}`;
        const keys = entered.get(place);
        if (keys) keys.push(key);
        else entered.set(place, [key]);
      }
    }
    this.#entered = entered;
    return entered;
  }
}
