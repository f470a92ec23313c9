import { IcosError } from "@icos/system";
import { DEFAULT_RESOLVERS } from "../networkd.ts";
import { networkdSection as section, type NetworkFile } from "../networkd-section.ts";
import type { HostosConfig } from "../objects/host-objects.ts";
import { hostAddressOf, hostNetworkOf } from "./host-address.ts";

/** The bridge that the host and its guests are on. */
export const HOST_BRIDGE = "br6";

/** What the kernel takes for the name of an interface (`IFNAMSIZ`), without what has a meaning in networkd's files. */
const INTERFACE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/;

/**
 * The systemd-networkd files of SetupOS or HostOS with this network card (upstream `generate-network-config`): the card has
 * the deterministic MAC and is a port of the bridge, the bridge has the address. Hosts have no IPv4.
 */
export function hostNetworkdFiles(
  config: Pick<HostosConfig, "icos_settings" | "network_settings">,
  { card, type }: { readonly card: string; readonly type: "SetupOS" | "HostOS" },
): NetworkFile[] {
  if (!INTERFACE.test(card)) {
    throw new IcosError("invalid-interface", `${JSON.stringify(card)} is not the name of a network card.`, {
      next: "Name one as `ip link` shows it, such as eno1.",
    });
  }
  const { prefixLength, gateway } = hostNetworkOf(config);
  const { ipv6, mac } = hostAddressOf(config, type);
  const sections = {
    [`20-${card}.network`]: [
      section("Match", { Name: card }),
      section("Link", { RequiredForOnline: "no", MTUBytes: "1500", MACAddress: mac }),
      section("Network", { LLDP: "true", EmitLLDP: "true", Bridge: HOST_BRIDGE }),
    ],
    [`20-${HOST_BRIDGE}.netdev`]: [
      section("NetDev", { Name: HOST_BRIDGE, Kind: "bridge" }),
      section("Bridge", { ForwardDelaySec: "0", STP: "false" }),
    ],
    [`20-${HOST_BRIDGE}.network`]: [
      section("Match", { Name: HOST_BRIDGE }),
      section("Network", {
        DHCP: "no",
        IPv6AcceptRA: "no",
        LinkLocalAddressing: "ipv6",
        Address: `${ipv6}/${prefixLength}`,
        Gateway: gateway,
        DNS: DEFAULT_RESOLVERS,
      }),
    ],
  };
  return Object.entries(sections).map(([name, parts]) => ({ name, text: parts.join("\n") }));
}
