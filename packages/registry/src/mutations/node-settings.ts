import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeRecordSchema } from "../records.ts";
import { put } from "../state/mutation.ts";
import { chargeOperator, requireNode, requireOperator } from "./access.ts";
import { checkDomain, checkIpv4, ipv4Record, type IPv4Config } from "./addresses.ts";
import type { MutationFunction } from "./context.ts";

export interface UpdateNodeDomainDirectlyPayload {
  readonly node_id: Principal;
  /** Absent: the node has no domain any more. */
  readonly domain?: string | undefined;
}

export interface UpdateNodeIpv4ConfigDirectlyPayload {
  readonly node_id: Principal;
  /** Absent: the node has no IPv4 address any more. */
  readonly ipv4_config?: IPv4Config | undefined;
}

/** An API boundary node keeps a domain of its own: an invariant sees to that. */
export const updateNodeDomainDirectly: MutationFunction<UpdateNodeDomainDirectlyPayload, null> = (
  context,
  { node_id, domain },
) => {
  const { view, caller } = context;
  chargeOperator(context, caller, requireOperator(view, caller));
  if (domain !== undefined) checkDomain(domain);
  const { domain: _, ...record } = requireNode(view, node_id);
  const changed = { ...record, ...(domain !== undefined && { domain }) };
  return {
    mutations: [put("update", registryKey.nodeRecord(node_id), NodeRecordSchema, changed)],
    reply: null,
  };
};

export const updateNodeIpv4ConfigDirectly: MutationFunction<UpdateNodeIpv4ConfigDirectlyPayload, null> = (
  context,
  { node_id, ipv4_config },
) => {
  const { view, caller } = context;
  const key = registryKey.nodeRecord(node_id);
  chargeOperator(context, caller, requireOperator(view, caller));
  if (ipv4_config) checkIpv4(view, ipv4_config, key);
  const { publicIpv4Config: _, ...record } = requireNode(view, node_id);
  const changed = { ...record, ...(ipv4_config && { publicIpv4Config: ipv4Record(ipv4_config) }) };
  return { mutations: [put("update", key, NodeRecordSchema, changed)], reply: null };
};
