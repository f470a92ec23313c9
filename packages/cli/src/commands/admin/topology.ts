import { Principal } from "@icos/certification";
import {
  decodeRecord,
  KeyPrefix,
  NodeRecordSchema,
  recordJson,
  type RegistryHistory,
  registryKey,
  SubnetListRecordSchema,
  SubnetRecordSchema,
} from "@icos/registry";
import type { AdminTopology } from "../../schemas/admin.ts";
import { valueText } from "./certified.ts";

/** Who belongs to what: the listed subnets with their nodes, API boundary nodes, and the nodes of neither. */
export function topology(history: RegistryHistory, version: number): AdminTopology {
  const left = new Map<string, AdminTopology["unassigned"][number]>();
  for (const key of history.keys(KeyPrefix.nodeRecord, version)) {
    const value = history.value(key, version);
    const id = key.slice(KeyPrefix.nodeRecord.length);
    if (!value) continue;
    const { http, nodeOperatorId } = decodeRecord(NodeRecordSchema, value, key);
    left.set(id, {
      id,
      address: http?.ipAddr ?? null,
      operator: Principal.fromUint8Array(nodeOperatorId).toText(),
    });
  }
  const take = (id: string): AdminTopology["unassigned"][number] => {
    const node = left.get(id) ?? { id, address: null, operator: null };
    left.delete(id);
    return node;
  };
  const subnets = listed(history, version).flatMap((id) => {
    const key = registryKey.subnetRecord(id);
    const value = history.value(key, version);
    if (!value) return [];
    const { membership, replicaVersionId, isHalted } = decodeRecord(SubnetRecordSchema, value, key);
    const nodes = membership.map((member) => take(Principal.fromUint8Array(member).toText()));
    const type = valueText(recordJson(key, value)?.["subnet_type"] ?? null);
    return [{ id: id.toText(), type, version: replicaVersionId, halted: isHalted, nodes }];
  });
  const apiBoundaryNodes = history
    .keys(KeyPrefix.apiBoundaryNode, version)
    .map((key) => take(key.slice(KeyPrefix.apiBoundaryNode.length)));
  return { certified: true, registryVersion: version, subnets, apiBoundaryNodes, unassigned: [...left.values()] };
}

export function topologyText({ subnets, apiBoundaryNodes, unassigned }: AdminTopology): string {
  const lines = (nodes: AdminTopology["unassigned"]): string =>
    nodes.map(({ id, address }) => `  ${id}  ${address ?? "no record"}\n`).join("");
  const parts = subnets.map(({ id, type, version, halted, nodes }) => {
    const state = halted ? ", halted" : "";
    return `subnet ${id} (${type}, ${version === "" ? "no version" : version}${state})\n${lines(nodes)}`;
  });
  if (apiBoundaryNodes.length > 0) parts.push(`API boundary nodes\n${lines(apiBoundaryNodes)}`);
  parts.push(`unassigned nodes${unassigned.length === 0 ? ": none\n" : `\n${lines(unassigned)}`}`);
  return parts.join("");
}

function listed(history: RegistryHistory, version: number): Principal[] {
  const value = history.value(registryKey.subnetList, version);
  if (!value) return [];
  return decodeRecord(SubnetListRecordSchema, value, registryKey.subnetList).subnets.map((id) =>
    Principal.fromUint8Array(id),
  );
}
