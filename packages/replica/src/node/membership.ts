import { join } from "node:path";
import { equalBytes } from "@icos/certification";
import type { Principal } from "@icos/certification/principal";
import { decodeChangelogEntry, decodeRecord, type KeyChange, SubnetRecordSchema, versionPath } from "@icos/registry";
import { readFileIfExists } from "@icos/system";

/** Follows, in the registry's local store, whether a subnet lists a node. Keeps nothing else of the registry. */
export class Membership {
  readonly #directory: string;
  readonly #subnetKey: string;
  readonly #nodeId: Uint8Array;
  #version = 0;
  #listed = false;

  constructor(directory: string, nodeId: Principal, subnetId: Principal) {
    this.#directory = directory;
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
    for (;;) {
      const changes = await this.#read(this.#version + 1);
      if (!changes) return;
      for (const { key, value } of changes) {
        if (key === this.#subnetKey) this.#listed = value !== undefined && this.#lists(value);
      }
      this.#version += 1;
    }
  }

  /** What a version changed; `undefined` when it is not there yet. The store's own class brings its writing side along. */
  async #read(version: number): Promise<readonly KeyChange[] | undefined> {
    const path = join(this.#directory, versionPath(version));
    const bytes = await readFileIfExists(path);
    return bytes && decodeChangelogEntry(bytes, path);
  }

  #lists(record: Uint8Array): boolean {
    const { membership } = decodeRecord(SubnetRecordSchema, record, this.#subnetKey);
    return membership.some((id) => equalBytes(id, this.#nodeId));
  }
}
