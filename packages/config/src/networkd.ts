import { IcosError } from "@icos/system";
import { networkdSection as section, type NetworkFile } from "./networkd-section.ts";
import type { GuestosConfig } from "./objects/guestos-object.ts";

/** Name servers of a node whose configuration names none: what upstream writes into networkd files. */
export const DEFAULT_RESOLVERS = [
  "2606:4700:4700::1111",
  "2606:4700:4700::1001",
  "2001:4860:4860::8888",
  "2001:4860:4860::8844",
] as const;

export const DEFAULT_IPV4_RESOLVERS = ["1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4"] as const;

export interface NetworkdOptions {
  /** False where the network cannot answer duplicate address detection (upstream: a medium with serial `config`). */
  readonly duplicateAddressDetection: boolean;
}

/**
 * The systemd-networkd files of a guest. It has one Ethernet interface, matched by kind and not by name, so that
 * nothing waits for renaming. The interface identifier is always EUI-64 of its MAC address and never a temporary one,
 * because the registry lists the node by that address.
 */
export function networkdFiles(config: GuestosConfig, { duplicateAddressDetection }: NetworkdOptions): NetworkFile[] {
  const { ipv6_config: ipv6, ipv4_config: ipv4 } = config.network_settings;
  if (ipv6 === "Unknown") throw unknownIpv6Config();
  const probe = duplicateAddressDetection ? "ipv6" : "none";
  const fixed = ipv6 === "RouterAdvertisement" ? undefined : ipv6.Fixed;
  const sections = [
    section("Match", { Type: "ether", Kind: "!*", Virtualization: "!container" }),
    section("Link", { RequiredForOnline: "no" }),
    section("Network", {
      DHCP: "no",
      LinkLocalAddressing: "ipv6",
      IPv6LinkLocalAddressGenerationMode: "eui64",
      IPv6PrivacyExtensions: "no",
      IPv6DuplicateAddressDetection: duplicateAddressDetection ? "1" : "0",
      IPv6AcceptRA: fixed ? "no" : "yes",
      DNS: resolvers(config),
    }),
    ...(fixed
      ? [
          section("Address", { Address: fixed.address, DuplicateAddressDetection: probe }),
          section("Route", { Gateway: fixed.gateway, GatewayOnLink: "yes" }),
        ]
      : [section("IPv6AcceptRA", { Token: "eui64", DHCPv6Client: "no", UseDNS: "no" })]),
    ...(ipv4
      ? [
          section("Address", { Address: `${ipv4.address}/${ipv4.prefix_length}` }),
          section("Route", { Gateway: ipv4.gateway }),
        ]
      : []),
  ];
  return [{ name: "10-guest.network", text: sections.join("\n") }];
}

/** `/etc/resolv.conf` of a guest; the C library reads the first three. */
export function renderResolvConf(config: GuestosConfig): string {
  return formatResolvConf(resolvers(config));
}

export function formatResolvConf(addresses: readonly string[]): string {
  const lines = addresses.map((address) => `nameserver ${address}`);
  return `${lines.join("\n")}\noptions timeout:2 attempts:2\n`;
}

function resolvers(config: GuestosConfig): readonly string[] {
  const ipv4 = config.network_settings.ipv4_config ? DEFAULT_IPV4_RESOLVERS : [];
  return [...DEFAULT_RESOLVERS, ...ipv4];
}

function unknownIpv6Config(): IcosError {
  const key = "network_settings.ipv6_config";
  return new IcosError("unknown-ipv6-config", `${key} has a form that this version does not know.`, {
    next: "Use Fixed or RouterAdvertisement, or upgrade GuestOS first.",
    place: { key },
  });
}
