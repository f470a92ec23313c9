import { Principal } from "@icos/certification";
import { KeyPrefix, parsePrincipal, principalText, registryKey } from "../keys.ts";
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
  return view.holders("member", principalText(node.toUint8Array())).flatMap((key) => {
    const text = key.slice(KeyPrefix.subnetRecord.length);
    const subnet = isListedSubnet(view, text) ? parsePrincipal(text) : undefined;
    return subnet ? [subnet] : [];
  });
}

/** Whether the subnet, in textual form, is in the subnet list. */
export function isListedSubnet(view: RegistryView, subnet: string): boolean {
  return view.holders("listedSubnet", subnet).length > 0;
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

/** Each principal once, in order. */
export function distinct(ids: readonly Principal[]): Principal[] {
  return [...new Map(ids.map((id) => [id.toText(), id])).values()];
}

/** The textual form of a principal in bytes. */
export function textOf(id: Uint8Array): string {
  return Principal.fromUint8Array(id).toText();
}
