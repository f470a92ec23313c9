import assert from "node:assert/strict";
import { test } from "node:test";
import { firewallSection } from "./firewall-section.ts";

const OWN = "2001:db8:1:2::/64";
const NEAR = { network: OWN, host: "2001:db8:1:2:6800::1" };
const replica = firewallSection("replica", NEAR);
const boundary = firewallSection("boundary-node", NEAR);

void test("the ports of a replica are upstream's", () => {
  const [rule, ...others] = replica.default_rules;
  assert.deepEqual(others, []);
  assert.deepEqual([rule?.action, rule?.direction, rule?.ipv6_prefixes, rule?.ipv4_prefixes], [1, 1, [OWN], []]);
  for (const port of [22, 2497, 4100, 7070, 8080, 9090, 9091, 9100, 19_100, 19_531]) {
    assert.ok(rule?.ports.includes(port), `default rule: ${port}`);
    assert.ok(replica.ports_for_http_adapter_blacklist.includes(port), `closed to the adapter: ${port}`);
  }
  assert.deepEqual(replica.tcp_ports_for_node_whitelist, [22, 2497, 4100, 8080]);
  assert.deepEqual(replica.udp_ports_for_node_whitelist, [4100]);
  assert.equal(replica.max_simultaneous_connections_per_ip_address, 1000);
});

void test("the ruleset is where upstream's programs look for it, and has every placeholder", () => {
  for (const section of [replica, boundary]) {
    assert.equal(section.config_file, "/run/ic-node/nftables-ruleset/nftables.conf");
    for (const placeholder of [
      "<<IPv4_TCP_RULES>>",
      "<<IPv6_TCP_RULES>>",
      "<<IPv4_UDP_RULES>>",
      "<<IPv6_UDP_RULES>>",
      "<<IPv4_OUTBOUND_RULES>>",
      "<<IPv6_OUTBOUND_RULES>>",
      "<<MAX_SIMULTANEOUS_CONNECTIONS_PER_IP_ADDRESS>>",
    ])
      assert.ok(section.file_template.includes(placeholder), placeholder);
  }
  for (const [template, ...placeholders] of [
    ["ipv4_tcp_rule_template", "<<IPv4_PREFIXES>>"],
    ["ipv6_tcp_rule_template", "<<IPv6_PREFIXES>>"],
    ["ipv4_udp_rule_template", "<<IPv4_PREFIXES>>"],
    ["ipv6_udp_rule_template", "<<IPv6_PREFIXES>>"],
    ["ipv4_user_output_rule_template", "<<IPv4_PREFIXES>>", "<<USER>>"],
    ["ipv6_user_output_rule_template", "<<IPv6_PREFIXES>>", "<<USER>>"],
  ] as const)
    for (const placeholder of [...placeholders, "<<PORTS>>", "<<ACTION>>", "<<COMMENT>>"])
      assert.ok(replica[template].includes(placeholder), `${template} ${placeholder}`);
});

void test("a replica drops by default, limits each source and lets those who watch it in from its own network", () => {
  const lines = replica.file_template.split("\n").map((line) => line.trim());
  const has = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
  for (const [pattern, count] of [
    [/^table (ip|ip6) filter \{$/, 2],
    [/hook input .*policy drop;/, 2],
    [/hook forward .*policy drop;/, 2],
    [/hook output .*policy accept;/, 2],
    [/^iif lo accept$/, 2],
    [/^ct state invalid drop$/, 2],
    [/^ct state \{ established, related \} accept$/, 2],
    [/limit rate over 1000\/minute burst 500 packets .*counter name rate_limit_v[46]_counter drop$/, 2],
    [/ct count over <<MAX_.*counter name connection_limit_v[46]_counter drop$/, 2],
    [/^icmpv6 type \{ .*nd-neighbor-solicit.* \} accept$/, 1],
    [/^meta skuid ic-http-adapter .*dport 1-19999 reject/, 2],
  ] as const)
    assert.equal(has(pattern), count, String(pattern));
  const [, ports = ""] =
    /ip6 saddr 2001:db8:1:2::\/64 ct state new tcp dport \{ ([^}]*) \} accept/.exec(replica.file_template) ?? [];
  for (const port of [7070, 9090, 9091, 9100, 19_100, 19_531])
    assert.ok(ports.split(", ").includes(`${port}`), `${port}`);
});

void test("of a replica the host may see what it passes on to the public, and nobody else may", () => {
  const lines = replica.file_template.split("\n").filter((line) => line.includes("42372"));
  assert.deepEqual(
    lines.map((line) => line.trim()),
    ["ip6 saddr 2001:db8:1:2:6800::1 ct state new tcp dport { 42372 } accept # the host"],
  );
  assert.ok(!boundary.file_template.includes("42372"));
});
