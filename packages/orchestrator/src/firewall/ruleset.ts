import type { FirewallSection } from "@icos/config";
import type { PacketRule } from "./packet-rule.ts";

/** The rules that go into a ruleset, highest priority first. The registry's are TCP; only automatic ones are UDP. */
export interface RulesetRules {
  readonly tcp: readonly PacketRule[];
  readonly udp: readonly PacketRule[];
}

/**
 * The nftables ruleset: the section's template with the rules in place of its placeholders. A rule is left out where it has
 * no prefix of the family, and an outbound rule without a user is left out, as upstream does. Pure: equal rules give equal
 * text.
 */
export function renderRuleset(section: FirewallSection, { tcp, udp }: RulesetRules): string {
  const inboundTcp = tcp.filter(({ direction }) => direction === "inbound");
  const inboundUdp = udp.filter(({ direction }) => direction === "inbound");
  const outbound = tcp.filter(({ direction, user }) => direction === "outbound" && user !== undefined);
  const values: Readonly<Record<string, string>> = {
    IPv4_TCP_RULES: renderRules(section.ipv4_tcp_rule_template, inboundTcp, "ipv4"),
    IPv6_TCP_RULES: renderRules(section.ipv6_tcp_rule_template, inboundTcp, "ipv6"),
    IPv4_UDP_RULES: renderRules(section.ipv4_udp_rule_template, inboundUdp, "ipv4"),
    IPv6_UDP_RULES: renderRules(section.ipv6_udp_rule_template, inboundUdp, "ipv6"),
    IPv4_OUTBOUND_RULES: renderRules(section.ipv4_user_output_rule_template, outbound, "ipv4"),
    IPv6_OUTBOUND_RULES: renderRules(section.ipv6_user_output_rule_template, outbound, "ipv6"),
    MAX_SIMULTANEOUS_CONNECTIONS_PER_IP_ADDRESS: String(section.max_simultaneous_connections_per_ip_address),
  };
  return fill(section.file_template, values).replaceAll(/^ +\n/gm, "");
}

function renderRules(template: string, rules: readonly PacketRule[], family: "ipv4" | "ipv6"): string {
  const lines = rules
    .filter((rule) => rule[family].length > 0)
    .map((rule) =>
      fill(template, {
        IPv4_PREFIXES: rule.ipv4.join(", "),
        IPv6_PREFIXES: rule.ipv6.join(", "),
        PORTS: rule.ports.join(", "),
        ACTION: rule.action,
        USER: rule.user ?? "",
        COMMENT: rule.comment,
      }),
    );
  return lines.join("\n    ");
}

/** Each placeholder once: a value that looks like a placeholder stays as it is. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/<<([A-Za-z0-9_]+)>>/g, (placeholder, name: string) => values[name] ?? placeholder);
}
