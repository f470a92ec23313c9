import { hash } from "node:crypto";
import { type NodeDirectories, nodeDirectories, type TestnetDirectories } from "../state/directories.ts";
import type { NodeTopology, Topology } from "./topology.ts";

export interface MachineAddress {
  readonly mac: string;
  readonly ipv6: string;
}

/** How an operating system's MAC and IPv6 address follow from the management MAC; the rule is `@icos/config`'s. */
export type DeriveAddress = (managementMac: string, prefix: string, type: "GuestOS" | "HostOS") => MachineAddress;

export interface NodePlan extends NodeTopology, NodeDirectories {
  readonly index: number;
  readonly subnet: string | undefined;
  readonly managementMac: string;
  /** The guest's. */
  readonly mac: string;
  readonly ipv6: string;
  /** The host's, when the node is nested. */
  readonly host: MachineAddress | undefined;
}

export interface TestnetPlan {
  readonly name: string;
  /** The /64 of all nodes and services, such as `fd12:3456:789a:1::/64`. */
  readonly prefix: string;
  readonly nodes: readonly NodePlan[];
  readonly subnets: Topology["subnets"];
}

/** Everything about a testnet that follows from its name and its topology. Pure. */
export function planTestnet(directories: TestnetDirectories, topology: Topology, derive: DeriveAddress): TestnetPlan {
  const { name } = directories;
  const prefix = topology.prefix ?? testnetPrefix(name);
  const subnetOf = new Map(topology.subnets.flatMap((subnet) => subnet.nodes.map((node) => [node, subnet.name])));
  const nodes = topology.nodes.map((node, index): NodePlan => {
    const managementMac = managementMacOf(name, index);
    return {
      ...node,
      ...nodeDirectories(directories, node.name),
      index,
      subnet: subnetOf.get(node.name),
      managementMac,
      ...derive(managementMac, prefix, "GuestOS"),
      host: node.nested ? derive(managementMac, prefix, "HostOS") : undefined,
    };
  });
  return { name, prefix, nodes, subnets: topology.subnets };
}

/** A unique local /64 (RFC 4193) from the testnet's name. */
export function testnetPrefix(name: string): string {
  const digits = hash("sha256", `icos testnet prefix ${name}`);
  return `${[`fd${digits.slice(0, 2)}`, digits.slice(2, 6), digits.slice(6, 10), "1"].map(shorten).join(":")}::/64`;
}

/** What a baseboard's management interface would have: a locally administered unicast MAC. */
export function managementMacOf(testnet: string, index: number): string {
  const digits = hash("sha256", `icos testnet ${testnet} node ${index}`);
  return ["02", ...Array.from({ length: 5 }, (_, i) => digits.slice(2 * i, 2 * i + 2))].join(":");
}

function shorten(group: string): string {
  return group.replace(/^0+(?=.)/, "");
}
