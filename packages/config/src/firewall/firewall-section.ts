import * as v from "valibot";
import { wholeNumber } from "../field-forms.ts";
import { rulesetTemplate, type FirewallKind, type NodeSurroundings } from "./ruleset-template.ts";

/** A rule as the registry's records and the configuration write it: numbers for action and direction. */
const ruleSchema = v.object({
  ipv4_prefixes: v.array(v.string()),
  ipv6_prefixes: v.array(v.string()),
  ports: v.array(wholeNumber),
  /** 1 allow, 2 deny, 3 reject */
  action: wholeNumber,
  comment: v.string(),
  user: v.optional(v.string()),
  /** 1 inbound, 2 outbound */
  direction: v.optional(wholeNumber),
});

/** How the firewall of one kind of machine is made of rules; upstream's fields. */
export const firewallSchema = v.object({
  /** Where the ruleset that is in force can be read. */
  config_file: v.pipe(v.string(), v.startsWith("/", "is not an absolute path")),
  file_template: v.string(),
  ipv4_tcp_rule_template: v.string(),
  ipv6_tcp_rule_template: v.string(),
  ipv4_udp_rule_template: v.string(),
  ipv6_udp_rule_template: v.string(),
  ipv4_user_output_rule_template: v.string(),
  ipv6_user_output_rule_template: v.string(),
  /** In force while the registry has no rule for the machine. */
  default_rules: v.array(ruleSchema),
  /** Open to every node of the registry. */
  tcp_ports_for_node_whitelist: v.array(wholeNumber),
  udp_ports_for_node_whitelist: v.array(wholeNumber),
  /** Closed, on all nodes, to the adapter that fetches pages for canisters. */
  ports_for_http_adapter_blacklist: v.array(wholeNumber),
  max_simultaneous_connections_per_ip_address: wholeNumber,
});

export type FirewallSection = v.InferOutput<typeof firewallSchema>;
export type ConfiguredRule = v.InferOutput<typeof ruleSchema>;

const RULE_ENDS = "ct state new tcp dport { <<PORTS>> } <<ACTION>> # <<COMMENT>>";
const UDP_ENDS = "udp dport { <<PORTS>> } <<ACTION>> # <<COMMENT>>";

const RULE_TEMPLATES = {
  ipv4_tcp_rule_template: `ip saddr { <<IPv4_PREFIXES>> } ${RULE_ENDS}`,
  ipv6_tcp_rule_template: `ip6 saddr { <<IPv6_PREFIXES>> } ${RULE_ENDS}`,
  ipv4_udp_rule_template: `ip saddr { <<IPv4_PREFIXES>> } ${UDP_ENDS}`,
  ipv6_udp_rule_template: `ip6 saddr { <<IPv6_PREFIXES>> } ${UDP_ENDS}`,
  ipv4_user_output_rule_template: `meta skuid <<USER>> ip daddr { <<IPv4_PREFIXES>> } ${RULE_ENDS}`,
  ipv6_user_output_rule_template: `meta skuid <<USER>> ip6 daddr { <<IPv6_PREFIXES>> } ${RULE_ENDS}`,
};

const PORTS = {
  replica: {
    default: [22, 2497, 4100, 7070, 8080, 9090, 9091, 9100, 19100, 19523, 19531],
    nodesTcp: [22, 2497, 4100, 8080],
    nodesUdp: [4100],
    connections: 1000,
  },
  "boundary-node": { default: [22, 7070, 9091, 9100, 9324, 19531], nodesTcp: [], nodesUdp: [], connections: 400 },
} as const satisfies Record<FirewallKind, unknown>;

/**
 * The `firewall` or `boundary_node_firewall` section of `ic.json5`. The default rule opens the ports that upstream opens to
 * its own data centres; here it is the node's own /64: whose machines they are is known without a built-in list.
 */
export function firewallSection(kind: FirewallKind, near: NodeSurroundings): FirewallSection {
  const ports = PORTS[kind];
  return {
    config_file: "/run/ic-node/nftables-ruleset/nftables.conf",
    file_template: rulesetTemplate(kind, near),
    ...RULE_TEMPLATES,
    default_rules: [
      {
        ipv4_prefixes: [],
        ipv6_prefixes: [near.network],
        ports: [...ports.default],
        action: 1,
        comment: "Default: the node's own network",
        direction: 1,
      },
    ],
    tcp_ports_for_node_whitelist: [...ports.nodesTcp],
    udp_ports_for_node_whitelist: [...ports.nodesUdp],
    ports_for_http_adapter_blacklist: [22, 2497, 4100, 7070, 8080, 9090, 9091, 9100, 19_100, 19_523, 19_531],
    max_simultaneous_connections_per_ip_address: ports.connections,
  };
}
