import { BlockList, isIP, isIPv4 } from "node:net";
import { KeyPrefix } from "../keys.ts";
import { NodeRecordSchema, type ConnectionEndpoint } from "../records.ts";
import { endpointEntry } from "../state/indexes.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

const unusable = new BlockList();
unusable.addAddress("0.0.0.0", "ipv4");
unusable.addAddress("255.255.255.255", "ipv4");
unusable.addSubnet("224.0.0.0", 4, "ipv4");
unusable.addAddress("::", "ipv6");
unusable.addSubnet("ff00::", 8, "ipv6");

/** A node has an http and an xnet endpoint that can be reached, and no two endpoints of the network are the same. */
export const endpointsInvariant: Invariant = {
  name: "endpoints",
  *check(transition) {
    const { after } = transition;
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
        const other = after.holders("endpoint", endpointEntry(endpoint)).find((holder) => holder !== key);
        if (other !== undefined) yield `${key} has the endpoint ${show(endpoint)} of ${other}.`;
      }
    }
  },
};

function isUsable({ ipAddr, port }: ConnectionEndpoint): boolean {
  return isIP(ipAddr) !== 0 && port <= 65_535 && !unusable.check(ipAddr, isIPv4(ipAddr) ? "ipv4" : "ipv6");
}

function show({ ipAddr, port }: ConnectionEndpoint): string {
  return `[${ipAddr}]:${port}`;
}
