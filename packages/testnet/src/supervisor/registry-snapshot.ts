import { formatIpv6, parseIpv6 } from "@icos/config";
import { Principal } from "@icos/certification";
import type { RegistryReader } from "@icos/nns";
import type { RegistrySnapshot } from "./modules.ts";

type Nodes = Awaited<ReturnType<RegistryReader["nodes"]>>;
type Subnets = Awaited<ReturnType<RegistryReader["subnets"]>>;

/** What the bring-up needs of the registry's records. Pure. */
export function registrySnapshot(nodes: Nodes, subnets: Subnets): RegistrySnapshot {
  const nodeIdByAddress = new Map<string, string>();
  const hostVersionByNode = new Map<string, string>();
  for (const [id, { http, hostosVersionId }] of nodes) {
    if (hostosVersionId !== undefined && hostosVersionId !== "") hostVersionByNode.set(id, hostosVersionId);
    const address = canonical(http?.ipAddr);
    if (address !== undefined) nodeIdByAddress.set(address, id);
  }
  const subnetIdByNode = new Map<string, string>();
  for (const [id, { membership }] of subnets)
    for (const member of membership) subnetIdByNode.set(Principal.fromUint8Array(member).toText(), id);
  return { nodeIdByAddress, subnetIdByNode, hostVersionByNode };
}

/** Records may hold any spelling of an address. */
function canonical(address: string | undefined): string | undefined {
  const bytes = address === undefined ? undefined : parseIpv6(address);
  return bytes === undefined ? undefined : formatIpv6(bytes);
}
