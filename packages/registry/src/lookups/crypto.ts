import type { Principal } from "@icos/certification";
import { isChainKeyText } from "../chain-key-id.ts";
import { KeyPrefix, type KeyPurpose, registryKey } from "../keys.ts";
import {
  ChainKeyEnabledSubnetListSchema,
  PublicKeySchema,
  X509PublicKeyCertSchema,
  type PublicKey,
} from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { malformed, principalOf, recordAt } from "./record-at.ts";

/** A node's public key. Upstream: `get_crypto_key_for_node`. */
export function getNodeKey(
  registry: RegistryReader,
  node: Principal,
  purpose: KeyPurpose,
  version: number,
): PublicKey | undefined {
  return recordAt(registry, PublicKeySchema, registryKey.cryptoRecord(node, purpose), version);
}

/** DER. Upstream: `get_tls_certificate`. */
export function getTlsCertificate(registry: RegistryReader, node: Principal, version: number): Uint8Array | undefined {
  return recordAt(registry, X509PublicKeyCertSchema, registryKey.tlsCertificate(node), version)?.certificateDer;
}

/**
 * The threshold key of a subnet; absent as long as its nodes have not generated one. Upstream:
 * `get_threshold_signing_public_key_for_subnet`.
 */
export function getThresholdKey(registry: RegistryReader, subnet: Principal, version: number): PublicKey | undefined {
  return recordAt(registry, PublicKeySchema, registryKey.thresholdKey(subnet), version);
}

/**
 * The subnets that take requests for each chain key, by the key's textual form (`ecdsa:Secp256k1:NAME`); keys without a
 * subnet are left out. Upstream: `get_chain_key_enabled_subnets`.
 */
export function getChainKeyEnabledSubnets(registry: RegistryReader, version: number): ReadonlyMap<string, Principal[]> {
  const found = new Map<string, Principal[]>();
  for (const key of registry.keys(KeyPrefix.chainKeySubnets, version)) {
    const subnets = recordAt(registry, ChainKeyEnabledSubnetListSchema, key, version)?.subnets ?? [];
    if (subnets.length === 0) continue;
    const text = key.slice(KeyPrefix.chainKeySubnets.length);
    if (!isChainKeyText(text)) throw malformed(key, "subnets of a chain key that is not known");
    found.set(
      text,
      subnets.map((subnet) => principalOf(subnet, key)),
    );
  }
  return found;
}
