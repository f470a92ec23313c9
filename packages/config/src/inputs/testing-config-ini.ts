import { parseConfigIni } from "./config-ini.ts";

/** What every file has to say. */
export const NEEDED = "ipv6_prefix=2a00:fb01:400:200\nipv6_gateway=2a00:fb01:400:200::1\n";

/** Without the notice on a missing reward type, which has a test of its own. */
export const parse = (text: string | Uint8Array) => {
  const { value, problems } = parseConfigIni(typeof text === "string" ? Buffer.from(text) : text);
  return { value, problems: problems.filter(({ code }) => code !== "missing-node-reward-type") };
};

/** `severity code line key` of each problem. */
export const found = (text: string | Uint8Array): string[] =>
  parse(text).problems.map(({ severity, code, line, key }) => [severity, code, line ?? "-", key ?? "-"].join(" "));
