import { isIPv4 } from "node:net";
import { parseIpv6, type ConfiguredRule } from "@icos/config";
import { FirewallAction, FirewallRuleDirection } from "@icos/registry";
import { IcosError } from "@icos/system";

/** A firewall rule whose every part can stand in a ruleset. */
export interface PacketRule {
  /** Addresses, or networks as `address/length`. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly ports: readonly number[];
  readonly action: "accept" | "drop" | "reject";
  /** Of outbound rules: whose connections. */
  readonly user: string | undefined;
  readonly direction: "inbound" | "outbound";
  readonly comment: string;
}

/** What records and configuration have in common. */
interface RawRule {
  readonly ipv4Prefixes: readonly string[];
  readonly ipv6Prefixes: readonly string[];
  readonly ports: readonly number[];
  readonly action: number;
  readonly comment: string;
  readonly user?: string | undefined;
  readonly direction?: number | undefined;
}

const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const LONGEST_COMMENT = 100;

/**
 * Rules of the registry, in their order. The registry keeps texts as it got them, and they become part of a program, so
 * every part is checked. One wrong part refuses the whole set, with all problems in one `firewall-rule-invalid`: without
 * one rule the next may allow what was forbidden.
 */
export function packetRules(rules: readonly RawRule[], source: string): readonly PacketRule[] {
  const problems = rules.flatMap((rule, index) => problemsOf(rule).map((problem) => `rule ${index} ${problem}`));
  if (problems.length > 0) {
    throw new IcosError(
      "firewall-rule-invalid",
      `The firewall rules of ${source} are not valid: ${problems.join("; ")}.`,
      {
        details: { problems },
      },
    );
  }
  return rules.map((rule) => ({
    ipv4: rule.ipv4Prefixes,
    ipv6: rule.ipv6Prefixes,
    ports: rule.ports,
    action: actionOf(rule.action),
    user: rule.user,
    direction: rule.direction === FirewallRuleDirection.OUTBOUND ? "outbound" : "inbound",
    comment: printable(rule.comment),
  }));
}

/** Rules of `ic.json5`, which have the fields in the configuration's spelling. */
export function configuredRules(rules: readonly ConfiguredRule[]): readonly PacketRule[] {
  const raw = rules.map(({ ipv4_prefixes, ipv6_prefixes, ...rest }) => ({
    ...rest,
    ipv4Prefixes: ipv4_prefixes,
    ipv6Prefixes: ipv6_prefixes,
  }));
  return packetRules(raw, "the node's configuration");
}

function problemsOf({ ipv4Prefixes, ipv6Prefixes, ports, user }: RawRule): string[] {
  const wrong = (what: string, values: readonly unknown[]): string[] =>
    values.map((value) => `has ${what} ${JSON.stringify(value)}`);
  return [
    ...wrong(
      "the IPv4 prefix",
      ipv4Prefixes.filter((text) => !isPrefix(text, isIPv4, 32)),
    ),
    ...wrong(
      "the IPv6 prefix",
      ipv6Prefixes.filter((text) => !isPrefix(text, isIpv6, 128)),
    ),
    ...wrong(
      "the port",
      ports.filter((port) => !Number.isInteger(port) || port < 1 || port > 65_535),
    ),
    ...(ports.length === 0 ? ["has no port"] : []),
    ...(user !== undefined && !USER.test(user) ? wrong("the user", [user]) : []),
  ];
}

function isPrefix(text: string, isAddress: (text: string) => boolean, longest: number): boolean {
  const [, address = "", length] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  return isAddress(address) && Number(length ?? 0) <= longest;
}

const isIpv6 = (text: string): boolean => parseIpv6(text) !== undefined;

/** Whatever is neither allowed nor rejected is dropped, as upstream does. */
function actionOf(action: number): PacketRule["action"] {
  if (action === FirewallAction.ALLOW) return "accept";
  return action === FirewallAction.REJECT ? "reject" : "drop";
}

/** A comment ends with its line and is written after `#`. */
const printable = (text: string): string =>
  text
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .slice(0, LONGEST_COMMENT)
    .trim();
