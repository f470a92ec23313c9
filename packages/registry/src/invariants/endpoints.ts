import { BlockList, isIPv4 } from "node:net";
import { comparableIp, isPlainIp } from "../ip-address.ts";
import { KeyPrefix } from "../keys.ts";
import { NodeRecordSchema, type ConnectionEndpoint } from "../records.ts";
import { endpointEntry } from "../state/indexes.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

const unusable = blockList([
  ["0.0.0.0", 32],
  ["255.255.255.255", 32],
  ["224.0.0.0", 4],
  ["::", 128],
  ["ff00::", 8],
]);
/** Loopback, private, link-local, unique-local and site-local networks, and those for protocols, tests and documents. */
const notPublic = blockList([
  ["10.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["240.0.0.0", 4],
  ["::1", 128],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
]);

/** A node has an http and an xnet endpoint that can be reached, and no two endpoints of the network are the same. */
export const endpointsInvariant: Invariant = {
  name: "endpoints",
  *check(transition) {
    const { after, rules } = transition;
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const record = readRecord(after, NodeRecordSchema, key);
      if (!record) continue;
      const { http, xnet } = record;
      if (!http) yield `${key} has no http endpoint.`;
      if (!xnet) yield `${key} has no xnet endpoint.`;
      if (http && xnet && endpointEntry(http) === endpointEntry(xnet))
        yield `${key} has one endpoint for http and xnet.`;
      for (const endpoint of [http, xnet]) {
        if (!endpoint) continue;
        if (!isUsable(endpoint)) yield `${key} has the endpoint ${show(endpoint)}, which cannot be used.`;
        else if (rules.publicEndpointsOnly && isIn(notPublic, endpoint)) {
          yield `${key} has the endpoint ${show(endpoint)}, which is not of the public Internet.`;
        }
        const other = after.holders("endpoint", endpointEntry(endpoint)).find((holder) => holder !== key);
        if (other !== undefined) {
          yield `${key} has the endpoint ${show(endpoint)} of ${other}; remove that node or choose another address.`;
        }
      }
    }
  },
};

function isUsable(endpoint: ConnectionEndpoint): boolean {
  return isPlainIp(endpoint.ipAddr) && endpoint.port <= 65_535 && !isIn(unusable, endpoint);
}

function isIn(list: BlockList, { ipAddr }: ConnectionEndpoint): boolean {
  const address = comparableIp(ipAddr);
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function show({ ipAddr, port }: ConnectionEndpoint): string {
  return `[${ipAddr}]:${port}`;
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");
  return list;
}
