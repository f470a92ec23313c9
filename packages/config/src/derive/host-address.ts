import { IcosError } from "@icos/system";
import { deterministicIpv6, deterministicMac, type NodeIdentity, type NodeType } from "../address.ts";
import type { HostosConfig } from "../objects/host-objects.ts";

export interface HostNetwork {
  readonly prefix: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/** The network that a machine's addresses are derived in. Fixed and other forms are refused: they are one address. */
export function hostNetworkOf({ network_settings: network }: Pick<HostosConfig, "network_settings">): HostNetwork {
  const { ipv6_config: ipv6 } = network;
  if (typeof ipv6 === "object" && "Deterministic" in ipv6) {
    const { prefix, prefix_length: prefixLength, gateway } = ipv6.Deterministic;
    return { prefix, prefixLength, gateway };
  }
  throw new IcosError("not-deterministic", "The host's network_settings.ipv6_config is not Deterministic.", {
    next: "Say the network's prefix and gateway: each operating system of a machine derives its own address in it.",
    place: { key: "network_settings.ipv6_config" },
  });
}

/** The IPv6 and MAC address of one of a machine's operating systems. */
export function hostAddressOf(
  config: Pick<HostosConfig, "icos_settings" | "network_settings">,
  type: NodeType,
  slot = 0,
): { readonly ipv6: string; readonly mac: string } {
  const { mgmt_mac: mgmtMac, deployment_environment: environment } = config.icos_settings;
  const identity: NodeIdentity = { mgmtMac, environment, type, slot };
  return { ipv6: deterministicIpv6(hostNetworkOf(config).prefix, identity), mac: deterministicMac(identity) };
}
