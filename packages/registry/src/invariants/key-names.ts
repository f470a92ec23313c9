import { KeyPrefix, KeyPurpose, parseCryptoRecordKey, principalOfKey } from "../keys.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

const PRINCIPAL_FAMILIES = [
  KeyPrefix.nodeRecord,
  KeyPrefix.tlsCertificate,
  KeyPrefix.nodeOperatorRecord,
  KeyPrefix.subnetRecord,
  KeyPrefix.apiBoundaryNode,
] as const;
const PURPOSES: readonly number[] = Object.values(KeyPurpose);

/** Keys of families end in what the family says: a principal, or a node and a key purpose. */
export const keyNamesInvariant: Invariant = {
  name: "key-names",
  *check(transition) {
    for (const prefix of PRINCIPAL_FAMILIES) {
      for (const key of changedKeys(transition, prefix)) {
        const principal = principalOfKey(prefix, key);
        if (principal?.toText() !== key.slice(prefix.length)) yield `${key} does not end in a principal.`;
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.cryptoRecord)) {
      const parsed = parseCryptoRecordKey(key);
      if (!parsed || !PURPOSES.includes(parsed.purpose)) yield `${key} does not name a node and a key purpose.`;
    }
  },
};
