import { isIPv4 } from "node:net";
import { formatIpv6, parseIpv6 } from "@icos/config";
import type { Principal } from "@icos/certification";
import { getNodeIds, getNodeRecord, NodeRewardType, type NodeRecord, type RegistryReader } from "@icos/registry";

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
  const own = getNodeRecord(registry, node, versions.latest);
  const likeEngines = own !== undefined && isCloudEngine(own);
  const all = new Set<string>();
  const peers = new Set<string>();
  for (let version = Math.max(1, Math.min(versions.oldest, versions.latest)); version <= versions.latest; version++) {
    for (const id of getNodeIds(registry, version)) {
      const record = getNodeRecord(registry, id, version);
      if (record === undefined) continue;
      for (const address of addressesOf(record)) {
        all.add(address);
        if (likeEngines || !isCloudEngine(record)) peers.add(address);
      }
    }
  }
  return { all: split(all), peers: split(peers) };
}

/** Addresses of the given nodes; nodes without a record are left out. */
export function addressesOfNodes(
  registry: RegistryReader,
  nodes: readonly Principal[],
  version: number,
): NodeAddresses {
  const addresses = new Set<string>();
  for (const id of nodes) {
    const record = getNodeRecord(registry, id, version);
    if (record !== undefined) for (const address of addressesOf(record)) addresses.add(address);
  }
  return split(addresses);
}

/** Of both endpoints; what is no address is left out. */
function addressesOf({ xnet, http }: NodeRecord): readonly string[] {
  return [xnet, http].flatMap((endpoint) => {
    const text = endpoint?.ipAddr ?? "";
    if (isIPv4(text)) return [text];
    const bytes = parseIpv6(text);
    return bytes === undefined ? [] : [formatIpv6(bytes)];
  });
}

function split(addresses: ReadonlySet<string>): NodeAddresses {
  const sorted = [...addresses].sort();
  return { ipv4: sorted.filter(isIPv4), ipv6: sorted.filter((address) => !isIPv4(address)) };
}

/** Type 4 and its variants are the hardware of cloud engines. */
function isCloudEngine({ nodeRewardType }: NodeRecord): boolean {
  return nodeRewardType !== undefined && nodeRewardType >= NodeRewardType.TYPE4;
}
