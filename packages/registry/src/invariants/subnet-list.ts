import { KeyPrefix, registryKey } from "../keys.ts";
import { SubnetIdSchema, SubnetRecordSchema, SubnetType } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { Principal } from "@icos/certification";
import { type Invariant, changedKeys, listedSubnetTexts } from "./invariant.ts";

/**
 * Each listed subnet is listed once and has a record. There is a system subnet: a listed one, or the root subnet, which
 * is not in the list when the registry is not run by nodes of the network.
 */
export const subnetListInvariant: Invariant = {
  name: "subnet-list",
  *check(transition) {
    const { after, changes } = transition;
    const records = changedKeys(transition, KeyPrefix.subnetRecord);
    const named = changes.some(({ key }) => key === registryKey.subnetList || key === registryKey.nnsSubnetId);
    if (records.length === 0 && !named) return;
    const listed = listedSubnetTexts(after);
    if (new Set(listed).size < listed.length) yield "The subnet list repeats a subnet.";
    for (const text of listed) {
      if (after.get(KeyPrefix.subnetRecord + text) === undefined) yield `Subnet ${text} is listed but has no record.`;
    }
    const root = rootSubnet(after);
    if (![...listed, ...(root ? [root] : [])].some((text) => isSystem(after, text))) {
      yield "There is no system subnet.";
    }
  },
};

function rootSubnet(view: RegistryView): string | undefined {
  const raw = readRecord(view, SubnetIdSchema, registryKey.nnsSubnetId)?.principalId?.raw;
  return raw && Principal.fromUint8Array(raw).toText();
}

function isSystem(view: RegistryView, text: string): boolean {
  return readRecord(view, SubnetRecordSchema, KeyPrefix.subnetRecord + text)?.subnetType === SubnetType.SYSTEM;
}
