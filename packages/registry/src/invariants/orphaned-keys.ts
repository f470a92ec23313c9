import { KeyPrefix, KeyPurpose } from "../keys.ts";
import { type Invariant, touchedNodes } from "./invariant.ts";

/** Keys and certificates belong to nodes. */
export const orphanedKeysInvariant: Invariant = {
  name: "orphaned-keys",
  *check(transition) {
    const { after } = transition;
    for (const node of touchedNodes(transition)) {
      if (after.get(KeyPrefix.nodeRecord + node) !== undefined) continue;
      const keys = Object.values(KeyPurpose).map((purpose) => `${KeyPrefix.cryptoRecord}${node}_${purpose}`);
      for (const key of [...keys, KeyPrefix.tlsCertificate + node]) {
        if (after.get(key) !== undefined) yield `${key} belongs to no node; it goes with its node record.`;
      }
    }
  },
};
