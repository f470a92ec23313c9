import type { Principal } from "@icos/certification";
import { type KeyPurpose, registryKey } from "../keys.ts";
import { PublicKeySchema, X509PublicKeyCertSchema, type PublicKey } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

export function getNodeKey(
  registry: RegistryReader,
  node: Principal,
  purpose: KeyPurpose,
  version: number,
): PublicKey | undefined {
  return recordAt(registry, PublicKeySchema, registryKey.cryptoRecord(node, purpose), version);
}

/** DER. */
export function getTlsCertificate(registry: RegistryReader, node: Principal, version: number): Uint8Array | undefined {
  return recordAt(registry, X509PublicKeyCertSchema, registryKey.tlsCertificate(node), version)?.certificateDer;
}

/** The threshold key of a subnet; absent as long as its nodes have not generated one. */
export function getThresholdKey(registry: RegistryReader, subnet: Principal, version: number): PublicKey | undefined {
  return recordAt(registry, PublicKeySchema, registryKey.thresholdKey(subnet), version);
}
