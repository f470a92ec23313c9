import { IcosError } from "@icos/system";
import { DEFAULT_RESOLVERS } from "../networkd.ts";
import { networkdSection as section, type NetworkFile } from "../networkd-section.ts";
import type { HostosConfig } from "../objects/host-objects.ts";
import { hostAddressOf, hostNetworkOf } from "./host-address.ts";

/** The bridge that the host and its guests are on. */
export const HOST_BRIDGE = "br6";

/** Who runs guests on the host, and so owns their tap devices. */
export const GUEST_ACCOUNT = "guest-vm";

/** The tap device of a guest; `slot` says which of several guests on a host. */
export function guestTap(type: "GuestOS" | "UpgradeGuestOS", slot = 0): string {
  return type === "GuestOS" ? `guest${slot}` : `upgrade${slot}`;
}

/** What the kernel takes for the name of an interface (`IFNAMSIZ`), without what has a meaning in networkd's files. */
const INTERFACE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/;

export interface HostNetworkdOptions {
  /** The network card; without one the bridge connects only the host and its guests. */
  readonly card: string | undefined;
  readonly type: "SetupOS" | "HostOS";
  /** Tap devices of guests, which are ports of the bridge, too. */
  readonly taps?: readonly string[];
}

/**
 * The systemd-networkd files of SetupOS or HostOS (upstream `generate-network-config`): the card has the deterministic MAC
 * and is a port of the bridge, the bridge has the address. Hosts have no IPv4.
 *
 * Not upstream's: the bridge has the card's MAC, where it would otherwise get one from the machine id, which is new at every
 * boot; it has its address also while no cable is in; the gateway may be outside of the network (`fe80::1`).
 */
export function hostNetworkdFiles(
  config: Pick<HostosConfig, "icos_settings" | "network_settings">,
  { card, type, taps = [] }: HostNetworkdOptions,
): NetworkFile[] {
  const { prefixLength, gateway } = hostNetworkOf(config);
  const { ipv6, mac } = hostAddressOf(config, type);
  const sections = {
    ...(card === undefined ? {} : cardSections(card, mac)),
    [`20-${HOST_BRIDGE}.netdev`]: [
      section("NetDev", { Name: HOST_BRIDGE, Kind: "bridge", MACAddress: mac }),
      section("Bridge", { ForwardDelaySec: "0", STP: "false" }),
    ],
    [`20-${HOST_BRIDGE}.network`]: [
      section("Match", { Name: HOST_BRIDGE }),
      section("Network", {
        DHCP: "no",
        IPv6AcceptRA: "no",
        LinkLocalAddressing: "ipv6",
        ConfigureWithoutCarrier: "yes",
        Address: `${ipv6}/${prefixLength}`,
        DNS: DEFAULT_RESOLVERS,
      }),
      section("Route", { Gateway: gateway, GatewayOnLink: "yes" }),
    ],
    ...Object.fromEntries(taps.flatMap((tap) => Object.entries(tapSections(tap)))),
  };
  return Object.entries(sections).map(([name, parts]) => ({ name, text: parts.join("\n") }));
}

type Sections = Readonly<Record<string, readonly string[]>>;

function cardSections(card: string, mac: string): Sections {
  return {
    [`20-${interfaceName(card)}.network`]: [
      section("Match", { Name: card }),
      section("Link", { RequiredForOnline: "no", MTUBytes: "1500", MACAddress: mac }),
      section("Network", { LLDP: "true", EmitLLDP: "true", Bridge: HOST_BRIDGE }),
    ],
  };
}

/** A device that the account which runs guests may open; the guest has its MAC, so this one does not matter. */
function tapSections(tap: string): Sections {
  return {
    [`20-${interfaceName(tap)}.netdev`]: [
      section("NetDev", { Name: tap, Kind: "tap" }),
      section("Tap", { User: GUEST_ACCOUNT, VNetHeader: "yes" }),
    ],
    [`20-${tap}.network`]: [
      section("Match", { Name: tap }),
      section("Link", { RequiredForOnline: "no" }),
      section("Network", { LinkLocalAddressing: "no", Bridge: HOST_BRIDGE }),
    ],
  };
}

function interfaceName(name: string): string {
  if (INTERFACE.test(name)) return name;
  throw new IcosError("invalid-interface", `${JSON.stringify(name)} is not the name of a network interface.`, {
    next: "Name one as `ip link` shows it, such as eno1.",
  });
}
