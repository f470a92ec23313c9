import { createCertificateVerifier, Principal } from "@icos/certification";
import {
  type CertifiedChangesSource,
  CertifiedResponseSchema,
  decodeRecord,
  KeyPrefix,
  type NodeRecord,
  NodeRecordSchema,
  principalOfKey,
  RegistryHistory,
  registryKey,
  SubnetListRecordSchema,
  type SubnetRecord,
  SubnetRecordSchema,
  verifyCertifiedDelta,
  withLargeValues,
} from "@icos/registry";
import { IcosError } from "@icos/system";

export interface RegistryReaderOptions {
  readonly source: CertifiedChangesSource;
  /** DER. Nothing is believed that does not verify under it. */
  readonly rootKey: Uint8Array;
}

/** Reads a registry: verified certified deltas, kept from call to call. */
export class RegistryReader {
  readonly #source: CertifiedChangesSource;
  readonly #verifier;
  readonly #history = new RegistryHistory();

  constructor({ source, rootKey }: RegistryReaderOptions) {
    this.#source = source;
    this.#verifier = createCertificateVerifier({ rootKey });
  }

  /** Catches up with the registry and says its version. */
  async latestVersion(): Promise<number> {
    return (await this.history()).latestVersion;
  }

  /** All nodes by id, in textual form. */
  async nodes(): Promise<ReadonlyMap<string, NodeRecord>> {
    const history = await this.history();
    const nodes = new Map<string, NodeRecord>();
    for (const key of history.keys(KeyPrefix.nodeRecord)) {
      const value = history.value(key);
      const node = principalOfKey(KeyPrefix.nodeRecord, key);
      if (value && node) nodes.set(node.toText(), decodeRecord(NodeRecordSchema, value, key));
    }
    return nodes;
  }

  /** The listed subnets by id, in textual form and in the order of the list. */
  async subnets(): Promise<ReadonlyMap<string, SubnetRecord>> {
    const history = await this.history();
    const list = history.value(registryKey.subnetList);
    const subnets = new Map<string, SubnetRecord>();
    for (const id of list ? decodeRecord(SubnetListRecordSchema, list, registryKey.subnetList).subnets : []) {
      const subnet = Principal.fromUint8Array(id);
      const key = registryKey.subnetRecord(subnet);
      const value = history.value(key);
      if (value) subnets.set(subnet.toText(), decodeRecord(SubnetRecordSchema, value, key));
    }
    return subnets;
  }

  /** The whole verified history, as new as the registry. */
  async history(): Promise<RegistryHistory> {
    for (;;) {
      const { currentVersion } = await this.#read();
      if (this.#history.latestVersion >= currentVersion) return this.#history;
    }
  }

  /** The history, and the certificate (CBOR) for just these versions. @throws IcosError `registry-went-back` */
  async snapshot(): Promise<{ readonly history: RegistryHistory; readonly certificate: Uint8Array }> {
    for (;;) {
      const { since, currentVersion, response } = await this.#read();
      if (since > currentVersion)
        throw new IcosError(
          "registry-went-back",
          `The registry was at version ${since} and is at ${currentVersion} now.`,
        );
      if (this.#history.latestVersion !== currentVersion) continue;
      const { certificate } = decodeRecord(CertifiedResponseSchema, response, "The registry's answer");
      return { history: this.#history, certificate };
    }
  }

  /** One answer, taken into the history. */
  async #read(): Promise<{ since: number; currentVersion: number; response: Uint8Array }> {
    const since = this.#history.latestVersion;
    const response = await this.#source.fetch(since);
    const delta = verifyCertifiedDelta(response, this.#verifier, since);
    const versions = await withLargeValues(delta.versions, this.#source);
    const { currentVersion } = delta;
    // Another read may have brought some of them in the meantime.
    for (const version of versions) {
      if (version.version === this.#history.latestVersion + 1) this.#history.append(version);
    }
    return { since, currentVersion, response };
  }
}
