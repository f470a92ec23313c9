import { isIPv4 } from "node:net";
import type { Principal } from "@icos/certification";
import {
  getAvailableIpAddressesForNodeIds,
  getNodeIds,
  getNodeRecord,
  NodeRewardType,
  type RegistryReader,
} from "@icos/registry";

/** Addresses as nftables takes them, sorted, each once. */
export interface NodeAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** Registry versions that are in use: the oldest that a catch-up package names, and the latest. */
export interface VersionsInUse {
  readonly oldest: number;
  readonly latest: number;
}

/** All nodes, and those of them that the node lets in. */
export interface KnownNodes {
  readonly all: NodeAddresses;
  readonly peers: NodeAddresses;
}

/**
 * The nodes at any version in use, so that nodes which join or leave stay reachable as long as one of them may still be
 * needed. Nodes of cloud engines (reward type 4) are let in only by their like.
 */
export function knownNodes(registry: RegistryReader, node: Principal, versions: VersionsInUse): KnownNodes {
  const engines = isCloudEngine(registry, node, versions.latest);
  const all = new Set<string>();
  const peers = new Set<string>();
  for (let version = Math.max(1, Math.min(versions.oldest, versions.latest)); version <= versions.latest; version++) {
    const nodes = getNodeIds(registry, version);
    const like = engines ? nodes : nodes.filter((id) => !isCloudEngine(registry, id, version));
    for (const address of getAvailableIpAddressesForNodeIds(registry, nodes, version)) all.add(address);
    for (const address of getAvailableIpAddressesForNodeIds(registry, like, version)) peers.add(address);
  }
  return { all: byFamily(all), peers: byFamily(peers) };
}

/** The addresses of these nodes. */
export function addressesOfNodes(
  registry: RegistryReader,
  nodes: readonly Principal[],
  version: number,
): NodeAddresses {
  return byFamily(getAvailableIpAddressesForNodeIds(registry, nodes, version));
}

function byFamily(addresses: Iterable<string>): NodeAddresses {
  const sorted = [...addresses].sort();
  return { ipv4: sorted.filter(isIPv4), ipv6: sorted.filter((address) => !isIPv4(address)) };
}

/** Type 4 and its variants are the hardware of cloud engines. */
function isCloudEngine(registry: RegistryReader, node: Principal, version: number): boolean {
  const type = getNodeRecord(registry, node, version)?.nodeRewardType;
  return type !== undefined && type >= NodeRewardType.TYPE4;
}
