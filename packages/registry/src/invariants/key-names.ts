import { isChainKeyText } from "../chain-key-id.ts";
import { parseFirewallScope } from "../firewall-scope.ts";
import { KeyPrefix, KeyPurpose, parseCryptoRecordKey, registryKey } from "../keys.ts";
import { canisterIndexOf } from "../mutations/routing.ts";
import { principalBytes } from "../principal-text.ts";
import { recordKindOf } from "../record-schema.ts";
import { DataCenterRecordSchema, HostosVersionRecordSchema } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { Invariant } from "./invariant.ts";

const PURPOSES: readonly number[] = Object.values(KeyPurpose);

/** Keys of families end in what the family says: a principal, a node and a key purpose, a scope, an id of the record. */
export const keyNamesInvariant: Invariant = {
  name: "key-names",
  *check({ after, changes }) {
    for (const { key, value } of changes) {
      const problem = value === undefined ? undefined : problemOf(key, after);
      if (problem !== undefined) yield `${key} ${problem}.`;
    }
  },
};

function problemOf(key: string, view: RegistryView): string | undefined {
  const { family = "", id = "" } = recordKindOf(key) ?? {};
  switch (family) {
    case KeyPrefix.nodeRecord:
    case KeyPrefix.tlsCertificate:
    case KeyPrefix.nodeOperatorRecord:
    case KeyPrefix.subnetRecord:
    case KeyPrefix.catchUpPackageContents:
    case KeyPrefix.thresholdKey:
    case KeyPrefix.apiBoundaryNode:
      return principalBytes(id) ? undefined : "does not end in a principal";
    case KeyPrefix.cryptoRecord: {
      const parsed = parseCryptoRecordKey(key);
      return parsed && PURPOSES.includes(parsed.purpose) ? undefined : "does not name a node and a key purpose";
    }
    case KeyPrefix.firewallRules:
      return parseFirewallScope(id) ? undefined : "does not name a scope of firewall rules";
    case KeyPrefix.chainKeySubnets:
      return isChainKeyText(id) ? undefined : "does not name a chain key";
    case KeyPrefix.canisterRanges:
      return isCanisterHex(id) ? undefined : "does not end in a canister id in lower-case hexadecimal";
    case KeyPrefix.dataCenterRecord:
      return registryKey.dataCenterRecord(readRecord(view, DataCenterRecordSchema, key)?.id ?? "") === key
        ? undefined
        : "is not that of the data centre in its record, in lower case";
    case KeyPrefix.hostosVersion:
      return readRecord(view, HostosVersionRecordSchema, key)?.hostosVersionId === id
        ? undefined
        : "is not that of the version in its record";
    default:
      return undefined;
  }
}

function isCanisterHex(text: string): boolean {
  return /^[0-9a-f]{20}$/.test(text) && canisterIndexOf(Buffer.from(text, "hex")) !== undefined;
}
