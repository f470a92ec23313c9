import { KeyPrefix, KeyPurpose } from "../keys.ts";
import { nodeIdOf } from "../mutations/node-keys.ts";
import type { NodeKey } from "../mutations/rules.ts";
import { principalText } from "../principal-text.ts";
import { PublicKeySchema, X509PublicKeyCertSchema } from "../records.ts";
import { keyBytesEntry } from "../state/indexes.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { type Invariant, touchedNodes } from "./invariant.ts";

/**
 * A node has the keys that the network requires, and its id is that of its signing key; no two keys and certificates
 * have the same bytes in the whole network, of whichever kind.
 */
export const nodeKeysInvariant: Invariant = {
  name: "node-keys",
  *check(transition) {
    const { after, rules } = transition;
    for (const node of touchedNodes(transition)) {
      const keys = presentKeys(after, node);
      if (after.get(KeyPrefix.nodeRecord + node) !== undefined) {
        for (const name of rules.requiredNodeKeys) {
          if (!keys.has(name)) yield `Node ${node} has no ${name} key, which this network requires.`;
        }
        const signing = keys.get("nodeSigning");
        if (signing && principalText(nodeIdOf(signing.bytes).toUint8Array()) !== node) {
          yield `The id of node ${node} is not that of its signing key.`;
        }
      }
      for (const { key, bytes } of keys.values()) {
        const other = after.holders("keyBytes", keyBytesEntry(bytes)).find((holder) => holder !== key);
        if (other !== undefined) yield `${key} has the same bytes as ${other}; every key is of one node and one use.`;
      }
    }
  },
};

interface PresentKey {
  readonly key: string;
  readonly bytes: Uint8Array;
}

function presentKeys(view: RegistryView, node: string): Map<NodeKey, PresentKey> {
  const found = new Map<NodeKey, PresentKey>();
  for (const name of ["nodeSigning", "committeeSigning", "dkgDealingEncryption", "idkgMegaEncryption"] as const) {
    const key = `${KeyPrefix.cryptoRecord}${node}_${KeyPurpose[name]}`;
    const record = readRecord(view, PublicKeySchema, key);
    if (record) found.set(name, { key, bytes: record.keyValue });
  }
  const key = KeyPrefix.tlsCertificate + node;
  const certificate = readRecord(view, X509PublicKeyCertSchema, key);
  if (certificate) found.set("tlsCertificate", { key, bytes: certificate.certificateDer });
  return found;
}
