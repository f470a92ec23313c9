import { nftChain, nftSourceSet } from "./nft-text.ts";

/** The two kinds of machine that GuestOS is, as far as the firewall tells them apart. */
export type FirewallKind = "replica" | "boundary-node";

/** Addresses that a node knows by itself. */
export interface NodeSurroundings {
  /** The node's own /64. */
  readonly network: string;
  /** Where the host of this guest is, if it has one. */
  readonly host: string;
}

interface Limits {
  /** New connections of one source address a minute, and how many of them at once. */
  readonly perMinute: number;
  readonly burst: number;
}

interface Policy {
  readonly limits: Limits;
  /** TCP ports that are open to everybody. */
  readonly open: readonly number[];
  /** TCP ports that are open to the node's own /64: dashboard, metrics, logs. */
  readonly observers: readonly number[];
  /** TCP ports that are open to the host: the metrics that it passes on to the public. */
  readonly host: readonly number[];
}

const POLICIES: Readonly<Record<FirewallKind, Policy>> = {
  replica: {
    limits: { perMinute: 1000, burst: 500 },
    open: [],
    observers: [7070, 9090, 9091, 9100, 19100, 19522, 19531],
    host: [42372],
  },
  "boundary-node": {
    limits: { perMinute: 2000, burst: 1000 },
    open: [443],
    observers: [7070, 9091, 9100, 9324, 19100, 19522, 19531],
    host: [],
  },
};

/**
 * The whole nftables ruleset of a node, with upstream's placeholders for what the registry decides. One transaction: it
 * replaces what is in force, or nothing changes.
 *
 * Not upstream's: established connections come first for IPv4, too; what no rule allows is counted and not logged, since
 * the kernel's log is on the console and anybody could fill it.
 */
export function rulesetTemplate(kind: FirewallKind, near: NodeSurroundings): string {
  return ["flush ruleset\n", family("ip", kind, near), family("ip6", kind, near)].join("\n");
}

function family(family: "ip" | "ip6", kind: FirewallKind, near: NodeSurroundings): string {
  const { limits, open, observers, host } = POLICIES[kind];
  const version = family === "ip" ? "v4" : "v6";
  const placeholder = (name: string): string => `<<IP${version}_${name}_RULES>>`;
  const dropped = (why: string): string => `counter name ${why}_${version}_counter drop`;
  const fromOne = (set: string, limit: string): string => `ct state new add @${set} { ${family} saddr ${limit} }`;
  const input = [
    "iif lo accept",
    "ct state invalid drop",
    "ct state { established, related } accept",
    `${fromOne("rate_limit", `limit rate over ${limits.perMinute}/minute burst ${limits.burst} packets`)} ${dropped("rate_limit")}`,
    `${fromOne("connection_limit", "ct count over <<MAX_SIMULTANEOUS_CONNECTIONS_PER_IP_ADDRESS>>")} ${dropped("connection_limit")}`,
    family === "ip" ? `icmp type { ${ICMP.join(", ")} } accept` : `icmpv6 type { ${ICMPV6.join(", ")} } accept`,
    ...(family === "ip6" ? ["udp dport 546 accept # DHCPv6"] : []),
    ...(open.length > 0 ? [`ct state new tcp dport { ${open.join(", ")} } accept`] : []),
    ...(family === "ip6"
      ? [`ip6 saddr ${near.network} ct state new tcp dport { ${observers.join(", ")} } accept # who watches the node`]
      : []),
    ...(family === "ip6" && host.length > 0
      ? [`ip6 saddr ${near.host} ct state new tcp dport { ${host.join(", ")} } accept # the host`]
      : []),
    placeholder("TCP"),
    placeholder("UDP"),
    dropped("default_policy"),
  ];
  const output = kind === "replica" ? replicaOutput(family, near.network) : boundaryOutput(family);
  return `table ${family} filter {
${nftSourceSet("rate_limit", version)}
${nftSourceSet("connection_limit", version)}
  counter rate_limit_${version}_counter {}
  counter connection_limit_${version}_counter {}
  counter default_policy_${version}_counter {}

${nftChain("INPUT", "input", "drop", input)}
${nftChain("FORWARD", "forward", "drop", [])}
${nftChain("OUTPUT", "output", kind === "replica" ? "accept" : "drop", [...output, placeholder("OUTBOUND")])}}
`;
}

const ICMP = ["destination-unreachable", "time-exceeded", "echo-request", "echo-reply"];
const ICMPV6 = [
  "destination-unreachable",
  "packet-too-big",
  "time-exceeded",
  "echo-request",
  "echo-reply",
  "nd-router-advert",
  "nd-neighbor-solicit",
  "nd-neighbor-advert",
];

/** A replica may connect anywhere; the adapter that fetches pages for canisters may not reach this machine or its neighbours. */
function replicaOutput(family: "ip" | "ip6", ownNetwork: string): readonly string[] {
  const near = family === "ip" ? ["127.0.0.0/8"] : ["::1", ownNetwork];
  return [
    `meta skuid ic-http-adapter ${family} daddr { ${near.join(", ")} } ct state new tcp dport 1-19999 reject # canisters stay out`,
  ];
}

function boundaryOutput(family: "ip" | "ip6"): readonly string[] {
  const timeSecurity = family === "ip6" ? [4460] : [];
  return [
    "oif lo accept",
    "ct state { established, related } accept",
    family === "ip" ? "meta l4proto icmp accept" : "meta l4proto ipv6-icmp accept",
    `ct state new tcp dport { ${[53, 80, 443, ...timeSecurity, 8080].join(", ")} } accept`,
    "ct state new udp dport { 53, 123 } accept",
  ];
}
