import { isIPv4, isIPv6 } from "node:net";
import { comparableIp, isPlainIp } from "../ip-address.ts";
import { KeyPrefix } from "../keys.ts";
import { NodeRecordSchema, type NodeRecord } from "../records.ts";
import { domainEntry } from "../state/indexes.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, type Invariant } from "./invariant.ts";

/**
 * An API boundary node is a node with an IPv6 address and a domain that no other API boundary node has. (Subnets that
 * cannot make sense of them would stall.)
 */
export const apiBoundaryNodeInvariant: Invariant = {
  name: "api-boundary-node",
  *check(transition) {
    const { after } = transition;
    const touched = [
      ...changedIds(transition, KeyPrefix.apiBoundaryNode),
      ...changedIds(transition, KeyPrefix.nodeRecord),
    ];
    for (const node of new Set(touched)) {
      const key = KeyPrefix.apiBoundaryNode + node;
      if (after.get(key) === undefined) continue;
      const record = readRecord(after, NodeRecordSchema, KeyPrefix.nodeRecord + node);
      if (record) for (const problem of problemsOf(after, node, record)) yield `${key} ${problem}.`;
      else yield `${key} has no node record; they go together.`;
    }
  },
};

function* problemsOf(view: RegistryView, node: string, record: NodeRecord): Iterable<string> {
  const { domain, http, publicIpv4Config } = record;
  const address = http?.ipAddr ?? "";
  if (!domain) yield "has no domain; give the node one first";
  if (!isPlainIp(address) || !isIPv6(comparableIp(address))) yield "has no IPv6 address in its http endpoint";
  if (publicIpv4Config && !isIPv4(publicIpv4Config.ipAddr)) {
    yield `has "${publicIpv4Config.ipAddr}" for an IPv4 address`;
  }
  const others = domain ? view.holders("domain", domainEntry(domain)) : [];
  const other = others
    .map((key) => key.slice(KeyPrefix.nodeRecord.length))
    .find((holder) => holder !== node && view.get(KeyPrefix.apiBoundaryNode + holder) !== undefined);
  if (other !== undefined) yield `has the domain ${domain} of the API boundary node ${other}`;
}
