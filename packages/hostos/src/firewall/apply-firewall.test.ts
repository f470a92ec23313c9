import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CONFIG_OBJECTS, makeObject } from "@icos/config";
import { IcosError, type Exec } from "@icos/system";
import { applyHostFirewall } from "./apply-firewall.ts";
import { IC_PROXY } from "../sev/kds.ts";
import { renderHostRuleset } from "./ruleset.ts";

const config = makeObject(CONFIG_OBJECTS.HostOS, {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Deterministic: { prefix: "2001:db8:0:1", prefix_length: 64, gateway: "2001:db8:0:1::1" } },
  },
  icos_settings: { mgmt_mac: "00:00:00:00:00:00", deployment_environment: "testnet", nns_urls: [] },
});

interface Host {
  readonly directory: string;
  readonly loaded: string[];
  readonly apply: (firewallJson?: string, refuse?: boolean) => ReturnType<typeof applyHostFirewall>;
  readonly inForce: () => Promise<string>;
}

async function onHost(body: (host: Host) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "host-firewall-"));
  const rules = join(directory, "run/nftables-ruleset");
  const loaded: string[] = [];
  const apply: Host["apply"] = async (firewallJson, refuse = false) => {
    const exec: Exec = {
      run: async ([program, option, file = ""]) => {
        assert.deepEqual([program, option], ["nft", "-f"]);
        if (refuse) throw new IcosError("command-failed", "`nft` exited with 1.");
        loaded.push(await readFile(file, "utf8"));
        return { stdout: Buffer.alloc(0), stderr: "" };
      },
    };
    if (firewallJson !== undefined) await writeFile(join(directory, "firewall.json"), firewallJson);
    return applyHostFirewall(exec, { config, bootConfig: directory, directory: rules });
  };
  try {
    const inForce = (): Promise<string> => readFile(join(rules, "nftables.conf"), "utf8");
    await body({ directory, loaded, apply, inForce });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void test("without a file the own network may read metrics and logs, and nobody may log in", () =>
  onHost(async ({ apply, loaded, inForce, directory }) => {
    await apply();
    const rules = await inForce();
    assert.deepEqual(loaded, [rules]);
    const open = rules.split("\n").filter((line) => line.includes("saddr {") && line.includes("accept"));
    assert.deepEqual(open, [
      "    ip6 saddr { 2001:db8:0:1::/64 } ct state new tcp dport { 9100, 19100, 19531 } accept # own network",
    ]);
    assert.equal((await stat(join(directory, "run/nftables-ruleset/nftables.conf"))).mode & 0o777, 0o644);
  }));

void test("the file's networks get their ports, each in its family", () =>
  onHost(async ({ apply, inForce }) => {
    const file = {
      operators: ["2001:db8:a::/48", "2001:DB8:a:0::/48", "10.0.0.0/8"],
      observers: ["2001:db8:b::7"],
      node_providers: ["198.51.100.0/24"],
    };
    await apply(JSON.stringify(file));
    const open = (await inForce()).split("\n").filter((line) => / (operators|observers|node providers)$/.test(line));
    assert.deepEqual(open, [
      "    ip saddr { 10.0.0.0/8 } ct state new tcp dport { 22, 9100, 19100, 19531 } accept # operators",
      "    ip saddr { 198.51.100.0/24 } ct state new tcp dport { 22, 9100, 19531 } accept # node providers",
      "    ip6 saddr { 2001:db8:a::/48 } ct state new tcp dport { 22, 9100, 19100, 19531 } accept # operators",
      "    ip6 saddr { 2001:db8:b::7 } ct state new tcp dport { 9100, 19100, 19531 } accept # observers",
    ]);
  }));

void test("a file that is wrong is refused with every problem, and what is in force stays", () =>
  onHost(async ({ apply, loaded, inForce }) => {
    await apply();
    const before = await inForce();
    const wrong = { operators: ["2001:db8::/129", "::/0"], observer: [], node_providers: ["example.org"] };
    await assert.rejects(apply(JSON.stringify(wrong)), (error: unknown) => {
      assert.ok(error instanceof IcosError);
      assert.equal(error.code, "invalid-firewall-config");
      for (const part of [
        "operators.0: is not an address",
        "operators.1: would open",
        "observer: is not a field",
        "node_providers.0",
      ])
        assert.ok(error.message.includes(part), part);
      return true;
    });
    await assert.rejects(apply("{"), { code: "invalid-firewall-config" });
    assert.equal(loaded.length, 1);
    assert.equal(await inForce(), before);
  }));

void test("a ruleset that nft refuses is not what is in force", () =>
  onHost(async ({ apply, inForce }) => {
    await apply();
    const before = await inForce();
    await assert.rejects(apply('{"operators":["2001:db8:a::/48"]}', true), { code: "command-failed" });
    assert.equal(await inForce(), before);
  }));

void test("the rules of the image are the host's without anybody who may connect", async () => {
  const file = join(import.meta.dirname, "../../../../images/hostos/firewall/files/opt/ic/share/closed.nft");
  assert.equal(await readFile(file, "utf8"), renderHostRuleset());
  assert.ok(!renderHostRuleset().includes("dport 42372"));
  assert.ok(!/chain INPUT[^}]*tcp dport/.test(renderHostRuleset()));
});

void test("the host reaches what its programs fetch from, the proxy of SEV's certificates included", () => {
  const outgoing = /ct state new tcp dport \{ ([\d, ]+) \} accept\n {4}ct state new udp dport \{ ([\d, ]+) \}/g;
  const ports = [...renderHostRuleset().matchAll(outgoing)].map(([, tcp, udp]) => [tcp, udp]);
  assert.deepEqual(ports, [
    ["53, 80, 443", "53, 123"],
    [`53, 80, 443, ${IC_PROXY.port}, 8080, 42372`, "53, 123"],
  ]);
});
