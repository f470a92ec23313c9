import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { encodeRecord, FirewallAction, FirewallRuleSchema } from "@icos/registry";
import { eventually } from "../testnet/running-testnet.ts";
import type { GovernedTestnet } from "./governed-testnet.ts";

/** Of one node, by a rule; and opens it again. */
export async function closePort(network: GovernedTestnet): Promise<void> {
  const prefix = `${network.address("node-0").split(":").slice(0, 4).join(":")}::/64`;
  const rule = (ports: number[], action: FirewallAction, comment: string) => ({
    ipv4_prefixes: [],
    ipv6_prefixes: [prefix],
    ports,
    action,
    comment,
    user: null,
    direction: 1,
  });
  const rules = [
    rule([22], FirewallAction.REJECT, "no SSH"),
    rule([2497, 4100, 8080], FirewallAction.ALLOW, "the rest"),
  ];
  /** `--scope Node=node-0 --positions 0 0 --expected-hash … --rules …` */
  const options = (hash: string, positions: string, ...more: readonly string[]): string[] =>
    [`--scope Node=node-0 --positions ${positions} --expected-hash ${hash}`.split(" "), more].flat();
  assert.equal(await network.connect("node-0", 22), "open");
  await network.propose(
    "add-firewall-rules",
    ...options(rulesHash(rules), "0 0", "--rules", ...rules.map((each) => JSON.stringify(each))),
  );
  await eventually("the port is closed", async () => (await network.connect("node-0", 22)) === "refused");
  assert.equal(await network.connect("node-0", 8080), "open");
  assert.equal(await network.connect("node-2", 22), "open");
  const probe = `exec 3<>/dev/tcp/${network.address("node-0")}/22 && head -c 4 <&3`;
  assert.equal((await network.testnet.ssh("root", "node-2", probe)).stdout, "SSH-");
  await network.propose("remove-firewall-rules", ...options(rulesHash([]), "0 1"));
  await eventually("the port is open again", async () => (await network.connect("node-0", 22)) === "open");
  await eventually("the dashboard says that these rules are in force", async () => {
    const latest = await network.dashboard("node-0", "last registry version");
    return (await network.dashboard("node-0", "firewall config registry version")) === latest;
  });
}

/** By the `nft` of the image, which changes nothing. */
export async function checkRulesets(network: GovernedTestnet): Promise<void> {
  const directory = new URL("../../../packages/orchestrator/src/firewall/fixtures/", import.meta.url);
  for (const name of await readdir(directory)) {
    const text = await readFile(new URL(name, directory), "base64");
    const { code, stderr } = await network.testnet.ssh("root", "node-0", `echo ${text} | base64 -d | nft -c -f -`);
    assert.equal(code, 0, `${name}: ${stderr}`);
  }
}

/** What a change of the firewall has to name: over the encodings of the rules that it leaves. */
function rulesHash(
  rules: readonly { ipv6_prefixes: string[]; ports: number[]; action: FirewallAction; comment: string }[],
): string {
  const encoded = rules.map(({ ipv6_prefixes: ipv6Prefixes, ports, action, comment }) =>
    encodeRecord(FirewallRuleSchema, { ipv6Prefixes, ports, action, comment, direction: 1 }),
  );
  return hash("sha256", Buffer.concat(encoded)).toUpperCase();
}
