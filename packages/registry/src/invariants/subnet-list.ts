import { KeyPrefix, registryKey } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import { principalText } from "../principal-text.ts";
import { SubnetIdSchema, SubnetRecordSchema, SubnetType } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, changes, type Invariant, listedSubnetTexts, newlyListed, newlyUnlisted } from "./invariant.ts";

/**
 * Each listed subnet is listed once and has a record. There is a system subnet: a listed one, or the root subnet, which
 * is not in the list when the registry is not run by nodes of the network.
 */
export const subnetListInvariant: Invariant = {
  name: "subnet-list",
  *check(transition) {
    const { before, after } = transition;
    const records = changedIds(transition, KeyPrefix.subnetRecord);
    const listed = changes(transition, registryKey.subnetList) ? listedSubnetTexts(after) : [];
    if (new Set(listed).size < listed.length) yield "subnet_list repeats a subnet.";
    for (const subnet of new Set([...newlyListed(transition), ...records])) {
      if (isListedSubnet(after, subnet) && after.get(KeyPrefix.subnetRecord + subnet) === undefined) {
        yield `Subnet ${subnet} is listed but has no record; take it off subnet_list in the same change.`;
      }
    }
    const lost = [...records, ...newlyUnlisted(transition)].some((subnet) => isSystem(before, subnet));
    const first = changes(transition, registryKey.nnsSubnetId) || before.version === 0;
    if ((lost || first) && !hasSystemSubnet(after)) {
      yield "There is no system subnet; the last one must stay listed and of that type.";
    }
  },
};

/** Looks at every listed subnet, which only matters when a system subnet goes. */
function hasSystemSubnet(view: RegistryView): boolean {
  const root = readRecord(view, SubnetIdSchema, registryKey.nnsSubnetId)?.principalId?.raw;
  return [...(root ? [principalText(root)] : []), ...listedSubnetTexts(view)].some((subnet) => isSystem(view, subnet));
}

function isSystem(view: RegistryView, subnet: string): boolean {
  return readRecord(view, SubnetRecordSchema, KeyPrefix.subnetRecord + subnet)?.subnetType === SubnetType.SYSTEM;
}
