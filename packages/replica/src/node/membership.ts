import { equalBytes } from "@icos/certification";
import type { Principal } from "@icos/certification/principal";
import { decodeRecord, LocalStore, SubnetRecordSchema } from "@icos/registry";

/** Follows, in the registry's local store, whether a subnet lists a node. Keeps nothing else of the registry. */
export class Membership {
  readonly #store: LocalStore;
  readonly #subnetKey: string;
  readonly #nodeId: Uint8Array;
  #version = 0;
  #listed = false;

  constructor(directory: string, nodeId: Principal, subnetId: Principal) {
    this.#store = new LocalStore(directory);
    this.#subnetKey = `subnet_record_${subnetId.toText()}`;
    this.#nodeId = nodeId.toUint8Array();
  }

  /** The last version that was read; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  get listed(): boolean {
    return this.#listed;
  }

  /** Reads the versions that have come since. On damage, what was read before it stands. */
  async poll(): Promise<void> {
    for await (const { version, changes } of this.#store.readSince(this.#version)) {
      for (const { key, value } of changes) {
        if (key === this.#subnetKey) this.#listed = value !== undefined && this.#lists(value);
      }
      this.#version = version;
    }
  }

  #lists(record: Uint8Array): boolean {
    const { membership } = decodeRecord(SubnetRecordSchema, record, this.#subnetKey);
    return membership.some((id) => equalBytes(id, this.#nodeId));
  }
}
