/** Parts of nftables rulesets, as text. */

export type IpVersion = "v4" | "v6";

/**
 * A set of source addresses that rules fill with what they count for each. Without a timeout, in seconds, an address stays
 * as long as the ruleset; with one, that long after it was last seen.
 */
export function nftSourceSet(name: string, version: IpVersion, timeout?: number): string {
  const [flags, ...more] = timeout === undefined ? ["dynamic"] : ["dynamic, timeout", `    timeout ${timeout}s\n`];
  return `  set ${name} {
    type ip${version}_addr
    size 65535
    flags ${flags}
${more.join("")}  }
`;
}

export function nftChain(name: string, hook: string, policy: "accept" | "drop", rules: readonly string[]): string {
  const lines = [`type filter hook ${hook} priority 0; policy ${policy};`, ...rules];
  return `  chain ${name} {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n`;
}
