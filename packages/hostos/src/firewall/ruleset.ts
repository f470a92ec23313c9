import { nftChain, nftSourceSet, type HostFirewall, type IpVersion, type Prefix } from "@icos/config";

/** Who may connect to the host. */
export interface HostAccess extends HostFirewall {
  /** The host's own /64. */
  readonly ownNetwork: string;
}

/** Ports of the host: SSH, node_exporter, the metrics proxy's own metrics, the journal. */
const SSH = 22;
const NODE_EXPORTER = 9100;
const PROXY = 19100;
const JOURNAL = 19531;
/** The metrics that everybody may read; a host reads its guest's at the same port. */
const PUBLIC_METRICS = 42372;
/** The proxy by which a host without IPv4 reaches AMD's servers; upstream's rules leave it out. */
const SOCKS = 1080;

/** Of the public metrics, for each source address: upstream's numbers. */
const NEW_A_MINUTE = 100;
const AT_ONCE = { v4: 2, v6: 6 } as const satisfies Record<IpVersion, number>;

/**
 * How long a source is remembered after its last connection. By then a minute's connections are allowed again anyway; the
 * set does not grow full.
 */
const FORGET_AFTER_SECONDS = 120;

/** Where the host itself connects to: name servers, what is fetched by HTTP, its guest's metrics. */
const OUTGOING = { v4: [53, 80, 443], v6: [53, 80, 443, SOCKS, 8080, PUBLIC_METRICS] } as const satisfies Record<
  IpVersion,
  readonly number[]
>;

const ICMP = ["destination-unreachable", "time-exceeded", "echo-request", "echo-reply", "parameter-problem"];
/** Without answers to listener queries a switch stops passing on what asks for the host's address. */
const ICMPV6 = [
  "destination-unreachable",
  "packet-too-big",
  "time-exceeded",
  "parameter-problem",
  "echo-request",
  "echo-reply",
  "mld-listener-query",
  "nd-router-advert",
  "nd-neighbor-solicit",
  "nd-neighbor-advert",
];

/**
 * The nftables ruleset of a host; without `access`, the one in which nobody may connect. One transaction: it replaces what
 * is in force, or nothing changes. Frames between the guests and the card cross the bridge and are not filtered here.
 */
export function renderHostRuleset(access?: HostAccess): string {
  return ["flush ruleset\n", table("v4", access), table("v6", access)].join("\n");
}

function table(version: IpVersion, access: HostAccess | undefined): string {
  const family = version === "v4" ? "ip" : "ip6";
  const dropped = (why: string): string => `counter name ${why}_${version}_counter drop`;
  const input = [
    "iif lo accept",
    "ct state invalid drop",
    "ct state { established, related } accept",
    version === "v4" ? `icmp type { ${ICMP.join(", ")} } accept` : `icmpv6 type { ${ICMPV6.join(", ")} } accept`,
    ...(access === undefined ? [] : [...knownSources(version, access), publicMetrics(version)]),
    dropped("default_policy"),
  ];
  const ports = OUTGOING[version].join(", ");
  const output = [
    "oif lo accept",
    "ct state { established, related } accept",
    `meta l4proto ${version === "v4" ? "icmp" : "ipv6-icmp"} accept`,
    `ct state new tcp dport { ${ports} } accept`,
    "ct state new udp dport { 53, 123 } accept",
    dropped("outgoing"),
  ];
  return `table ${family} filter {
${nftSourceSet("rate_limit", version, FORGET_AFTER_SECONDS)}
${nftSourceSet("connection_limit", version)}
  counter default_policy_${version}_counter {}
  counter outgoing_${version}_counter {}
  counter public_metrics_${version}_counter {}

${nftChain("INPUT", "input", "drop", input)}
${nftChain("FORWARD", "forward", "drop", [])}
${nftChain("OUTPUT", "output", "drop", output)}}
`;
}

function knownSources(version: IpVersion, access: HostAccess): readonly string[] {
  const { ownNetwork, operators, observers, node_providers: nodeProviders } = access;
  const own: Prefix = { version: "v6", text: ownNetwork };
  const rules: readonly [string, readonly Prefix[], readonly number[]][] = [
    ["operators", operators, [SSH, NODE_EXPORTER, PROXY, JOURNAL]],
    ["observers", observers, [NODE_EXPORTER, PROXY, JOURNAL]],
    ["node providers", nodeProviders, [SSH, NODE_EXPORTER, JOURNAL]],
    ["own network", [own], [NODE_EXPORTER, PROXY, JOURNAL]],
  ];
  const family = version === "v4" ? "ip" : "ip6";
  return rules.flatMap(([who, prefixes, ports]) => {
    const networks = new Set(prefixes.filter((prefix) => prefix.version === version).map(({ text }) => text));
    if (networks.size === 0) return [];
    const from = `${family} saddr { ${[...networks].join(", ")} }`;
    return [`${from} ct state new tcp dport { ${ports.join(", ")} } accept # ${who}`];
  });
}

/**
 * Accepted within the limits, and else dropped by what follows: so a source for which there is no more room in the sets has
 * no connection, where a rule that drops what is over a limit would let it pass.
 */
function publicMetrics(version: IpVersion): string {
  const source = version === "v4" ? "ip saddr" : "ip6 saddr";
  const rate = `update @rate_limit { ${source} limit rate ${NEW_A_MINUTE}/minute burst ${NEW_A_MINUTE} packets }`;
  const connections = `add @connection_limit { ${source} ct count ${AT_ONCE[version]} }`;
  const counter = `counter name public_metrics_${version}_counter`;
  return `ct state new tcp dport ${PUBLIC_METRICS} ${rate} ${connections} ${counter} accept`;
}
