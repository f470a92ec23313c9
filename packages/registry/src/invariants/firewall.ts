import { isIPv4, isIPv6 } from "node:net";
import { type FirewallScope, parseFirewallScope } from "../firewall-scope.ts";
import { isPlainIp } from "../ip-address.ts";
import { KeyPrefix, registryKey } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import { FirewallAction, FirewallRuleDirection, FirewallRuleSetSchema, type FirewallRule } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, type Invariant, newlyUnlisted } from "./invariant.ts";

const MAX_TEXT_BYTES = 255;
const ACTIONS: readonly number[] = [FirewallAction.ALLOW, FirewallAction.DENY, FirewallAction.REJECT];
const DIRECTIONS: readonly number[] = [FirewallRuleDirection.INBOUND, FirewallRuleDirection.OUTBOUND];

/** Rules are complete and can be parsed; the node or listed subnet that they are for exists, or there are none. */
export const firewallInvariant: Invariant = {
  name: "firewall",
  *check(transition) {
    const { after } = transition;
    const changed = new Set(changedIds(transition, KeyPrefix.firewallRules));
    for (const scope of changed) {
      const rules = readRecord(after, FirewallRuleSetSchema, KeyPrefix.firewallRules + scope)?.entries ?? [];
      for (const [place, rule] of rules.entries()) {
        for (const problem of problemsOf(rule)) {
          yield `Rule ${place} of ${KeyPrefix.firewallRules}${scope} has ${problem}.`;
        }
      }
    }
    const orphans = [
      ...changedIds(transition, KeyPrefix.nodeRecord).map((node) => `node_${node}`),
      ...newlyUnlisted(transition).map((subnet) => `subnet_${subnet}`),
    ];
    for (const text of new Set([...changed, ...orphans])) {
      const scope = parseFirewallScope(text);
      const key = KeyPrefix.firewallRules + text;
      if (!scope || exists(after, scope) || !readRecord(after, FirewallRuleSetSchema, key)?.entries.length) continue;
      yield `${key} is for a ${scope.kind} that does not exist; remove its rules in the same change.`;
    }
  },
};

function exists(view: RegistryView, scope: FirewallScope): boolean {
  switch (scope.kind) {
    case "node":
      return view.get(registryKey.nodeRecord(scope.node)) !== undefined;
    case "subnet":
      return isListedSubnet(view, scope.subnet.toText());
    case "global":
    case "replica_nodes":
    case "api_boundary_nodes":
      break;
  }
  return true;
}

function* problemsOf(rule: FirewallRule): Iterable<string> {
  if (rule.ipv4Prefixes.length + rule.ipv6Prefixes.length === 0) yield "no address prefix";
  for (const prefix of rule.ipv4Prefixes) if (!isPrefix(prefix, isIPv4, 32)) yield `"${prefix}" for an IPv4 prefix`;
  for (const prefix of rule.ipv6Prefixes) if (!isPrefix(prefix, isIPv6, 128)) yield `"${prefix}" for an IPv6 prefix`;
  if (rule.ports.length === 0) yield "no port";
  for (const port of rule.ports) if (port > 65_535) yield `${port} for a port`;
  if (!ACTIONS.includes(rule.action)) yield `the action ${rule.action}, which is none of allow, deny and reject`;
  if (Buffer.byteLength(rule.comment) > MAX_TEXT_BYTES) yield `a comment of more than ${MAX_TEXT_BYTES} bytes`;
  if (rule.user !== undefined && (rule.user === "" || Buffer.byteLength(rule.user) > MAX_TEXT_BYTES)) {
    yield `a user name that is empty or has more than ${MAX_TEXT_BYTES} bytes`;
  }
  if (rule.direction !== undefined && !DIRECTIONS.includes(rule.direction)) {
    yield `the direction ${rule.direction}, which is neither inbound nor outbound`;
  }
}

/** An address, or an address and the length of a prefix. */
function isPrefix(text: string, isFamily: (address: string) => boolean, bits: number): boolean {
  const [, address = "", length] = /^([^/]*)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  return isPlainIp(address) && isFamily(address) && Number(length ?? 0) <= bits;
}
