import type { Principal } from "@icos/certification";
import type { FirewallSection, IcConfig } from "@icos/config";
import { firewallScopeText, getFirewallRules, type FirewallScope, type RegistryReader } from "@icos/registry";
import { socksClients } from "./boundary-clients.ts";
import { knownNodes, type KnownNodes, type NodeAddresses, type VersionsInUse } from "./node-addresses.ts";
import { configuredRules, packetRules, type PacketRule } from "./packet-rule.ts";
import { firewallRole, scopesOf } from "./role.ts";
import { renderRuleset, type RulesetRules } from "./ruleset.ts";

export type FirewallConfig = Pick<IcConfig, "firewall" | "boundary_node_firewall">;

/** A node's ruleset, with and without what governance has decided. */
export interface FirewallPolicy {
  /** Throws `firewall-rule-invalid` when a rule cannot stand in a ruleset. */
  complete(): string;
  /** Only what every node has by itself: its peers get in, nobody else. */
  automatic(): string;
}

const ADAPTER = "ic-http-adapter";
const SOCKS_PORT = 1080;

/**
 * The firewall of the node at the latest of the versions. All rules of its scopes apply, and the configuration's default
 * rules only where there is none; the automatic rules come first.
 */
export function firewallPolicy(
  registry: RegistryReader,
  node: Principal,
  versions: VersionsInUse,
  config: FirewallConfig,
): FirewallPolicy {
  const role = firewallRole(registry, node, versions.latest);
  const section = role.kind === "replica" ? config.firewall : config.boundary_node_firewall;
  const automatic =
    role.kind === "replica"
      ? nodeRules(section, knownNodes(registry, node, versions))
      : { tcp: [socksRule(socksClients(registry, node, versions.latest))], udp: [] };
  return {
    complete() {
      const agreed = scopesOf(role, node).flatMap((scope) => rulesOf(registry, scope, versions.latest));
      const rules = agreed.length > 0 ? agreed : configuredRules(section.default_rules);
      return renderRuleset(section, { tcp: [...automatic.tcp, ...rules], udp: automatic.udp });
    },
    automatic: () => renderRuleset(section, automatic),
  };
}

function rulesOf(registry: RegistryReader, scope: FirewallScope, version: number): readonly PacketRule[] {
  return packetRules(getFirewallRules(registry, scope, version)?.entries ?? [], firewallScopeText(scope));
}

/** Nodes reach each other, and the adapter that fetches pages for canisters reaches none of them. */
function nodeRules(section: FirewallSection, { all, peers }: KnownNodes): RulesetRules {
  const enter = { ...peers, action: "accept", user: undefined, direction: "inbound", comment: "All nodes" } as const;
  return {
    tcp: [
      {
        ...all,
        ports: section.ports_for_http_adapter_blacklist,
        action: "reject",
        user: ADAPTER,
        direction: "outbound",
        comment: "Canisters reach no node",
      },
      { ...enter, ports: section.tcp_ports_for_node_whitelist },
    ],
    udp: [{ ...enter, ports: section.udp_ports_for_node_whitelist }],
  };
}

function socksRule({ ipv4, ipv6 }: NodeAddresses): PacketRule {
  return {
    ipv4,
    ipv6,
    ports: [SOCKS_PORT],
    action: "accept",
    user: undefined,
    direction: "inbound",
    comment: "SOCKS proxy for nodes of subnets",
  };
}
