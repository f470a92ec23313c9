import { ipv4Network } from "../ipv4.ts";
import { ipv6Prefix64 } from "../ipv6.ts";
import { CONFIG_INI_KEYS, IPV4_KEYS, KEYS_WITHOUT_EFFECT } from "./config-ini-keys.ts";
import type { IniIpv4 } from "./config-ini.ts";
import type { IniEntry } from "./ini.ts";
import { suggestion } from "./nearest.ts";
import type { ProblemList } from "./problem.ts";
import { shownName } from "./shown.ts";

/** What is checked in `config.ini` beyond the form of each value. */

export type IniEntries = ReadonlyMap<string, IniEntry>;

export function lastOfEach(all: readonly IniEntry[], problems: ProblemList): IniEntries {
  const entries = new Map<string, IniEntry>();
  for (const entry of all) {
    const { key, line } = entry;
    const earlier = entries.get(key)?.line;
    if (earlier !== undefined) {
      const message = `${shownName(key)} is given in line ${earlier} and in line ${line}; line ${line} counts.`;
      problems.warning("duplicate-key", message, { line, key: shownName(key) });
    }
    entries.set(key, entry);
  }
  return entries;
}

export function checkNames(entries: IniEntries, problems: ProblemList): void {
  const known: readonly string[] = CONFIG_INI_KEYS;
  for (const { key, line } of entries.values()) {
    const why = KEYS_WITHOUT_EFFECT.get(key);
    if (why !== undefined) problems.warning("no-effect", `${key} has no effect: ${why}.`, { line, key });
    else if (!known.includes(key)) {
      const name = shownName(key);
      const message = `${name} is not a key of this file; it has no effect.${suggestion(key, known)}`;
      problems.warning("unknown-key", message, { line, key: name });
    }
  }
}

export function checkIpv6(
  prefix: string | undefined,
  gateway: string | undefined,
  entries: IniEntries,
  problems: ProblemList,
): void {
  if (prefix === undefined) return;
  const line = entries.get("ipv6_prefix")?.line;
  if (entries.get("ipv6_prefix")?.value !== prefix)
    problems.warning("ipv6-prefix-too-long", `Only the first four groups count: ${prefix}.`, {
      line,
      key: "ipv6_prefix",
    });
  const network = ipv6Prefix64(`${prefix}::`);
  if (gateway !== undefined && ipv6Prefix64(gateway) !== network)
    problems.warning("ipv6-gateway-outside", `The gateway ${gateway} is not in the network ${network ?? prefix}.`, {
      line: entries.get("ipv6_gateway")?.line,
      key: "ipv6_gateway",
    });
}

export function checkIpv4(ipv4: IniIpv4 | undefined, entries: IniEntries, problems: ProblemList): void {
  const [given, missing] = [IPV4_KEYS.filter((key) => entries.has(key)), IPV4_KEYS.filter((key) => !entries.has(key))];
  if (given.length > 0 && missing.length > 0) {
    const message = `IPv4 is not used: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing.`;
    problems.warning("partial-ipv4", message, { line: entries.get(given[0] ?? "")?.line, key: given[0] });
  }
  if (missing.length === 0 && !entries.has("domain"))
    problems.warning("missing-domain", "A node with an IPv4 address needs a domain.", { key: "domain" });
  if (ipv4 === undefined) return;
  const line = entries.get("ipv4_gateway")?.line;
  const network = ipv4Network(ipv4.address, ipv4.prefixLength);
  if (ipv4Network(ipv4.gateway, ipv4.prefixLength) !== network) {
    const message = `The gateway ${ipv4.gateway} is not in the network ${network} of the address.`;
    problems.warning("ipv4-gateway-outside", message, { line, key: "ipv4_gateway" });
  } else if (ipv4.gateway === ipv4.address) {
    problems.warning("ipv4-gateway-is-address", "The gateway is the node's own address.", {
      line,
      key: "ipv4_gateway",
    });
  }
}
