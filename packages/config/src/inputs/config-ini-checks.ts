import type { DeploymentEnvironment } from "../address.ts";
import { ipv4Network, isPublicIpv4 } from "../ipv4.ts";
import { ipv6Prefix64 } from "../ipv6.ts";
import { guestVmCount, hardwareGeneration } from "../node-reward-type.ts";
import { CONFIG_INI_KEYS, IPV4_KEYS, KEYS_WITHOUT_EFFECT } from "./config-ini-keys.ts";
import type { ConfigIni, IniIpv4 } from "./config-ini.ts";
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

export function checkIpv4(
  ipv4: IniIpv4 | undefined,
  entries: IniEntries,
  environment: DeploymentEnvironment | undefined,
  problems: ProblemList,
): void {
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
  if (environment === "mainnet" && !isPublicIpv4(ipv4.address)) {
    const address = { line: entries.get("ipv4_address")?.line, key: "ipv4_address" };
    problems.warning("ipv4-not-public", `Others on the Internet cannot reach ${ipv4.address}.`, address);
  }
}

/** The installer stops without a type whose hardware it knows; only its checks can be switched off, for testnets. */
export function checkNodeRewardType(
  {
    nodeRewardType,
    enableTrustedExecutionEnvironment,
  }: Pick<ConfigIni, "nodeRewardType" | "enableTrustedExecutionEnvironment">,
  entries: IniEntries,
  environment: DeploymentEnvironment | undefined,
  problems: ProblemList,
): void {
  const key = "node_reward_type";
  const entry = entries.get(key);
  const place = { line: entry?.line, key };
  const mainnet = environment === "mainnet";
  if (entry === undefined || entry.value === "") {
    const message = "There is no node_reward_type; the installer's check of the hardware stops without one.";
    problems.add(mainnet ? "error" : "notice", "missing-node-reward-type", message, place);
  }
  if (nodeRewardType === undefined) return;
  const generation = hardwareGeneration(nodeRewardType);
  if (generation === undefined) {
    const message = `The installer knows no hardware of ${nodeRewardType}: only type0, type1, type3 and type4.`;
    problems.add(mainnet ? "error" : "warning", "unknown-node-reward-type", message, place);
  } else if (guestVmCount(nodeRewardType) === undefined) {
    const message = `It is not known how many nodes a machine of ${nodeRewardType} has: only for type4.0 to type4.4.`;
    problems.warning("unknown-vm-count", message, place);
  }
  if (enableTrustedExecutionEnvironment && generation === 1) {
    const tee = "enable_trusted_execution_environment";
    const message = `Hardware of ${nodeRewardType} has no trusted execution environment; that takes type3.`;
    problems.error("no-trusted-execution", message, { line: entries.get(tee)?.line, key: tee });
  }
}
