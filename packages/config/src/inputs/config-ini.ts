import type { DeploymentEnvironment } from "../address.ts";
import {
  checkIpv4,
  checkIpv6,
  checkNames,
  checkNodeRewardType,
  type IniEntries,
  lastOfEach,
} from "./config-ini-checks.ts";
import type { ConfigIniKey } from "./config-ini-keys.ts";
import {
  readBoolean,
  readDomain,
  readIpv4Address,
  readIpv4PrefixLength,
  readIpv6Address,
  readIpv6Prefix,
  readNodeRewardType,
  type Reader,
} from "./ini-values.ts";
import { parseIni } from "./ini.ts";
import { type Parsed, ProblemList } from "./problem.ts";
import { holdsPem, readText } from "./text-file.ts";

/** What an operator says about one machine in `config.ini`. */
export interface ConfigIni {
  /** One to four groups without `::`, as written. */
  readonly ipv6Prefix: string;
  readonly ipv6PrefixLength: 64;
  readonly ipv6Gateway: string;
  /** All or nothing. */
  readonly ipv4: IniIpv4 | undefined;
  readonly domain: string | undefined;
  readonly nodeRewardType: string | undefined;
  readonly enableTrustedExecutionEnvironment: boolean;
  /** The guest's console is shown on the host's screen, too. */
  readonly verbose: boolean;
}

export interface IniIpv4 {
  readonly address: string;
  readonly gateway: string;
  readonly prefixLength: number;
}

export const CONFIG_INI = "config.ini";

/**
 * Reads `config.ini`: the value unless something is an error, and every problem, never just the first. Some of it is
 * an error on the main network only; `environment` says which network it is for, as far as that is known.
 */
export function parseConfigIni(
  bytes: Uint8Array,
  file = CONFIG_INI,
  environment?: DeploymentEnvironment,
): Parsed<ConfigIni> {
  const problems = new ProblemList(file);
  const text = readText(bytes, problems);
  if (text === undefined || holdsPem(text, problems)) return problems.result<ConfigIni>(undefined);
  const entries: IniEntries = lastOfEach(parseIni(text, problems), problems);
  checkNames(entries, problems);

  const required = <Value>(key: ConfigIniKey, read: Reader<Value>): Value | undefined => {
    if (!entries.has(key)) problems.error("missing-key", `${key} is missing.`, { key });
    return optional(key, read);
  };
  const optional = <Value>(key: ConfigIniKey, read: Reader<Value>): Value | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const reading = read(entry.value);
    if (reading.ok) return reading.value;
    problems.error(reading.code, reading.message, { line: entry.line, key });
    return undefined;
  };
  /** An empty value says the same as none. */
  const unlessEmpty = <Value>(key: ConfigIniKey, read: Reader<Value>): Value | undefined => {
    const entry = entries.get(key);
    if (entry?.value !== "") return optional(key, read);
    problems.warning("empty-value", `${key} is empty, which is the same as leaving it out.`, { line: entry.line, key });
    return undefined;
  };

  const ipv6Prefix = required("ipv6_prefix", readIpv6Prefix);
  const ipv6Gateway = required("ipv6_gateway", readIpv6Address);
  const address = optional("ipv4_address", readIpv4Address);
  const gateway = optional("ipv4_gateway", readIpv4Address);
  const prefixLength = optional("ipv4_prefix_length", readIpv4PrefixLength);
  const complete = address !== undefined && gateway !== undefined && prefixLength !== undefined;
  const rest = {
    ipv4: complete ? { address, gateway, prefixLength } : undefined,
    domain: unlessEmpty("domain", readDomain),
    nodeRewardType: unlessEmpty("node_reward_type", readNodeRewardType),
    enableTrustedExecutionEnvironment: optional("enable_trusted_execution_environment", readBoolean) ?? false,
    verbose: optional("verbose", readBoolean) ?? false,
  };
  checkIpv6(ipv6Prefix, ipv6Gateway, entries, problems);
  checkIpv4(rest.ipv4, entries, environment, problems);
  checkNodeRewardType(rest, entries, environment, problems);
  if (ipv6Prefix === undefined || ipv6Gateway === undefined) return problems.result<ConfigIni>(undefined);
  return problems.result({ ipv6Prefix, ipv6PrefixLength: 64, ipv6Gateway, ...rest });
}
