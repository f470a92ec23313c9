import { createHash } from "node:crypto";
import { IcosError } from "@icos/system";
import { formatIpv6, parseIpv6 } from "./ipv6.ts";
import { formatMac, parseMac } from "./mac.ts";

/** Index of each node type in its deterministic MAC address. */
const NODE_TYPE_INDEX = { HostOS: 0x00, GuestOS: 0x01, UpgradeGuestOS: 0x02, SetupOS: 0x0f } as const;
export type NodeType = keyof typeof NODE_TYPE_INDEX;
export const NODE_TYPES = Object.keys(NODE_TYPE_INDEX) as readonly NodeType[];

export type DeploymentEnvironment = "mainnet" | "testnet";

/** Up to this slot number the slot fits beside the node type; above it, it takes a byte of the hash. */
const LAST_SHORT_SLOT = 15;
const LAST_SLOT = 255;

/** One to four groups, without `::`. */
const SHORT_PREFIX = /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,3}$/i;

export interface NodeIdentity {
  /** MAC address of the management controller, with `:` or `-`. */
  readonly mgmtMac: string;
  readonly environment: DeploymentEnvironment;
  readonly type: NodeType;
  /** Which of several VMs of that type on a host; 0 for the only one. */
  readonly slot?: number | undefined;
}

/** Reads a node type as upstream's tools do: case and punctuation do not matter (`upgrade-guest-os`). */
export function parseNodeType(text: string): NodeType {
  const wanted = text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const type = NODE_TYPES.find((name) => name.toLowerCase() === wanted);
  if (type) return type;
  throw new IcosError("unknown-node-type", `${JSON.stringify(text)} is not a node type.`, {
    next: `Use one of ${NODE_TYPES.join(", ")}.`,
  });
}

/**
 * The MAC address that a node type on a machine has on every installation (upstream `deterministic_ips`): the first
 * bytes of SHA-256 over management MAC, environment and a newline, behind a locally administered prefix.
 */
export function deterministicMac({ mgmtMac, environment, type, slot = 0 }: NodeIdentity): string {
  const mac = parseMac(mgmtMac);
  if (mac === undefined) {
    throw new IcosError("invalid-mac", `${JSON.stringify(mgmtMac)} is not a MAC address.`, {
      next: "Write six hexadecimal pairs separated by colons.",
    });
  }
  if (!Number.isInteger(slot) || slot < 0 || slot > LAST_SLOT) {
    throw new IcosError("invalid-slot", `The VM slot ${slot} is not a whole number from 0 to ${LAST_SLOT}.`);
  }
  // The newline comes from the shell pipeline this was first computed with; every address in use depends on it.
  const hash = createHash("sha256")
    .update(`${formatMac(mac)}${environment}\n`)
    .digest();
  const index = NODE_TYPE_INDEX[type];
  const bytes =
    slot <= LAST_SHORT_SLOT
      ? [0x6a, index | (slot << 4), ...hash.subarray(0, 4)]
      : [0x7a, index, slot, ...hash.subarray(0, 3)];
  return formatMac(Uint8Array.from(bytes));
}

/** The first groups of an IPv6 network, with or without `::` (`2001:db8:0:1`, `2001:db8::`). */
export function isIpv6Prefix(text: string): boolean {
  return networkOf(text) !== undefined;
}

function networkOf(prefix: string): Uint8Array | undefined {
  const complete = SHORT_PREFIX.test(prefix) ? `${prefix}::` : prefix;
  return complete.includes("::") ? parseIpv6(complete) : undefined;
}

/**
 * The address a machine with this MAC gives itself in a /64 (EUI-64). `prefix` is the network's first groups with or
 * without `::` (`2001:db8:0:1`, `2001:db8::`); only its first 64 bits count.
 */
export function slaacAddress(prefix: string, mac: string): string {
  const network = networkOf(prefix);
  if (network === undefined) {
    throw new IcosError("invalid-prefix", `${JSON.stringify(prefix)} is not the prefix of an IPv6 network.`, {
      next: "Write its first four groups, such as 2001:db8:0:1.",
    });
  }
  const bytes = parseMac(mac);
  if (bytes === undefined) throw new IcosError("invalid-mac", `${JSON.stringify(mac)} is not a MAC address.`);
  const [first = 0, ...rest] = bytes;
  network.set([first ^ 0x02, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)], 8);
  return formatIpv6(network);
}

/** The deterministic IPv6 address of a node in `prefix` (a /64). */
export function deterministicIpv6(prefix: string, identity: NodeIdentity): string {
  return slaacAddress(prefix, deterministicMac(identity));
}
