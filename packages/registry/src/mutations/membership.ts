import { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { SubnetListRecordSchema, SubnetRecordSchema, type SubnetRecord } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { refuse } from "./refuse.ts";

/** The listed subnets, in the order of the list. */
export function listedSubnets(view: RegistryView): readonly Principal[] {
  const list = readRecord(view, SubnetListRecordSchema, registryKey.subnetList);
  return (list?.subnets ?? []).map((id) => Principal.fromUint8Array(id));
}

/** The listed subnets that have the node as a member; valid registries have at most one. */
export function subnetsOfNode(view: RegistryView, node: Principal): readonly Principal[] {
  const holders = view.holders("member", node.toText());
  if (holders.length === 0) return [];
  const listed = new Set(listedSubnets(view).map((subnet) => subnet.toText()));
  return holders.flatMap((key) => {
    const subnet = principalOfKey(KeyPrefix.subnetRecord, key);
    return subnet && listed.has(subnet.toText()) ? [subnet] : [];
  });
}

export function isApiBoundaryNode(view: RegistryView, node: Principal): boolean {
  return view.get(registryKey.apiBoundaryNode(node)) !== undefined;
}

export function requireSubnet(view: RegistryView, subnet: Principal): SubnetRecord {
  const record = readRecord(view, SubnetRecordSchema, registryKey.subnetRecord(subnet));
  if (!record) throw refuse("subnet-unknown", `There is no subnet ${subnet.toText()} in the registry.`);
  return record;
}

/** Refuses a node that a subnet or the API boundary needs. */
export function requireUnassigned(view: RegistryView, node: Principal): void {
  const [subnet] = subnetsOfNode(view, node);
  if (subnet) {
    throw refuse("node-assigned", `Node ${node.toText()} is a member of subnet ${subnet.toText()}.`, {
      node: node.toText(),
      subnet: subnet.toText(),
    });
  }
  if (isApiBoundaryNode(view, node)) {
    throw refuse("node-is-api-boundary", `Node ${node.toText()} is an API boundary node.`, { node: node.toText() });
  }
}
