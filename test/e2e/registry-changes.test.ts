import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { identityFromPem } from "@icos/nns";
import { encodeRecord, FirewallAction, FirewallRuleSchema } from "@icos/registry";
import { openKeys } from "@icos/testnet";
import * as v from "valibot";
import { privateKeyPem } from "../../packages/testnet/src/state/keys.ts";
import { createIcosCommand, type IcosCommand } from "./testnet/icos-command.ts";
import { readRegistry } from "./testnet/read-registry.ts";
import { eventually, RunningTestnet } from "./testnet/running-testnet.ts";

const NAME = "changes";
const PATIENCE = ["--timeout", "1500"];
const NODES = ["node-0", "node-1", "node-2", "node-3"] as const;
type Node = (typeof NODES)[number];
/** The last node belongs to an operator of its own. All begin unassigned. */
const TOPOLOGY = { nodes: NODES.map((name) => ({ name, operator: name === "node-3" ? "second" : "first" })) };

void suite("what governance decides is visible on the nodes", () => {
  let icos: IcosCommand;
  let testnet: RunningTestnet;
  let version: string;
  /** Public half of the key that `icos testnet ssh` uses. */
  let key: string;
  let ids: ReadonlyMap<Node, string>;
  let addresses: ReadonlyMap<Node, string>;
  /** The subnets that the tests make. */
  let first: string;
  let other: string;

  before(async () => {
    icos = await createIcosCommand();
    testnet = new RunningTestnet(icos, NAME);
    const file = join(icos.state, "topology.json");
    await writeFile(file, JSON.stringify(TOPOLOGY));
    await icos.must("testnet", "up", NAME, "--topology", file, ...PATIENCE);
    const status = await testnet.status();
    ids = new Map(NODES.map((name, i) => [name, status.nodes[i]?.nodeId ?? ""]));
    addresses = new Map(NODES.map((name, i) => [name, status.nodes[i]?.ipv6 ?? ""]));
    version = status.nodes[0]?.version ?? "";
    key = (await openKeys(testnet.directories.keys).admin()).publicKey;
  });
  after(async () => {
    await icos.run("testnet", "down", NAME, "--yes");
    await icos.remove();
  });

  function of<Value>(values: ReadonlyMap<Node, Value>, name: Node): Value {
    const value = values.get(name);
    assert.ok(value !== undefined);
    return value;
  }
  /** A proposal, adopted and executed, or shown with `--dry-run`. */
  const propose = (method: string, ...options: readonly string[]): Promise<string> =>
    icos.must("admin", "propose", method, "--testnet", NAME, ...options);
  const dashboard = (name: Node, label: string): Promise<string> => testnet.dashboard(of(addresses, name), label);
  const connect = (name: Node, port: number) => testnet.connect(of(addresses, name), port);

  /** Who the node says one is after logging in; undefined when it lets nobody in. */
  async function login(user: string, name: Node): Promise<string | undefined> {
    const { code, stdout } = await testnet.ssh(user, name, "id -un");
    return code === 0 ? stdout.trim() : undefined;
  }

  /** The action, and the lines that the node's console must show after it, in this order. */
  async function andConsole(name: Node, lines: readonly string[], action: () => Promise<unknown>): Promise<void> {
    const seen = (await testnet.console(name)).length;
    await action();
    await eventually(`${name} says: ${lines.join(" / ")}`, async () => {
      let rest = (await testnet.console(name)).slice(seen);
      return lines.every((line) => {
        const at = rest.indexOf(line);
        rest = rest.slice(at + line.length);
        return at >= 0;
      });
    });
  }

  async function subnetOf(name: Node): Promise<string> {
    return eventually(`${name} is in a subnet`, async () => (await testnet.node(name)).subnetId ?? undefined);
  }

  async function healthyIn(subnet: string, ...names: readonly Node[]): Promise<void> {
    for (const name of names) {
      await eventually(`${name} is healthy in its subnet`, async () => {
        const { state, subnetId } = await testnet.node(name);
        return state === "healthy" && subnetId === subnet;
      });
      await eventually(`${name} says so`, async () => (await dashboard(name, "subnet id")) === subnet);
    }
  }

  void test("keys for unassigned nodes let `readonly` in, which reads what it may and no secret", async () => {
    assert.equal(await login("readonly", "node-3"), undefined);
    await propose("update-ssh-readonly-access-for-all-unassigned-nodes", "--ssh-readonly-keys", key);
    for (const name of NODES)
      await eventually(`${name} has the key`, async () => (await dashboard(name, "readonly keys")) === key);
    assert.equal(await login("readonly", "node-3"), "readonly");
    assert.equal(await login("backup", "node-3"), undefined);
    const reads = "journalctl -n 1 -o cat && ls /var/lib/ic/data/cups /var/lib/ic/backup";
    const { code, stderr } = await testnet.ssh("readonly", "node-3", reads);
    assert.equal(code, 0, stderr);
    const never = [
      "ls /var/lib/ic/crypto",
      "cat /var/lib/ic/data/node_operator_private_key.pem",
      "touch /var/lib/ic/data/x",
    ];
    const attempts = never.map((command) => `if ${command}; then echo "may ${command}"; fi`).join("; ");
    assert.equal((await testnet.ssh("readonly", "node-3", attempts)).stdout, "");
  });

  void test("a subnet of two: replicas start, and the subnet's keys replace those of unassigned nodes", async () => {
    const keys = ["--ssh-backup-access", key];
    await andConsole("node-0", ["The node is assigned to subnet"], () =>
      propose("create-subnet", "--node-ids", "node-0,node-1", "--replica-version-id", version, ...keys),
    );
    first = await subnetOf("node-0");
    await healthyIn(first, "node-0", "node-1");
    await eventually("keys of the subnet", async () => (await dashboard("node-0", "backup keys")) === key);
    assert.equal(await dashboard("node-0", "ssh key configuration is for subnet"), first);
    assert.equal(await login("readonly", "node-0"), undefined);
    assert.equal(await login("backup", "node-0"), "backup");
    assert.equal(await dashboard("node-3", "subnet id"), "Unassigned");
  });

  void test("a node that is added starts its replica, one that is removed stops it", async () => {
    await propose("create-subnet", "--node-ids", "node-2", "--replica-version-id", version);
    other = await subnetOf("node-2");
    await propose("add-nodes-to-subnet", "--subnet-id", other, "--node-ids", "node-3");
    await healthyIn(other, "node-2", "node-3");
    const left = `The node has left subnet ${other} and is unassigned. It may be switched off.`;
    await andConsole("node-3", ["The node is leaving subnet", left], () =>
      propose("remove-nodes-from-subnet", "--node-ids", "node-3"),
    );
    assert.equal(await dashboard("node-3", "replica process id"), "None");
    assert.equal(await connect("node-3", 8080), "refused");
    assert.equal((await testnet.node("node-3")).subnetId, null);
  });

  void test("a node that moves leaves the one subnet and joins the other", async () => {
    const lines = [`has left subnet ${first}`, `The node is assigned to subnet ${other}.`];
    await andConsole("node-1", lines, async () => {
      await propose("remove-nodes-from-subnet", "--node-ids", "node-1");
      await eventually("node-1 is unassigned", async () => (await dashboard("node-1", "subnet id")) === "Unassigned");
      await propose("add-nodes-to-subnet", "--subnet-id", other, "--node-ids", "node-1");
    });
    await healthyIn(other, "node-1");
    await healthyIn(first, "node-0");
  });

  void test("a firewall rule closes a port to the host's side of the network, and leaves it open to nodes", async () => {
    const network = `${of(addresses, "node-0").split(":").slice(0, 4).join(":")}::/64`;
    const rule = (ports: number[], action: FirewallAction, comment: string) => ({
      ipv4_prefixes: [],
      ipv6_prefixes: [network],
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
    assert.equal(await connect("node-0", 22), "open");
    await propose(
      "add-firewall-rules",
      ...options(rulesHash(rules), "0 0", "--rules", ...rules.map((each) => JSON.stringify(each))),
    );
    await eventually("the port is closed", async () => (await connect("node-0", 22)) === "refused");
    assert.equal(await connect("node-0", 8080), "open");
    assert.equal(await connect("node-2", 22), "open");
    const probe = `exec 3<>/dev/tcp/${of(addresses, "node-0")}/22 && head -c 4 <&3`;
    assert.equal((await testnet.ssh("root", "node-2", probe)).stdout, "SSH-");
    await propose("remove-firewall-rules", ...options(rulesHash([]), "0 1"));
    await eventually("the port is open again", async () => (await connect("node-0", 22)) === "open");
    await eventually("the dashboard says that these rules are in force", async () => {
      const latest = await dashboard("node-0", "last registry version");
      return (await dashboard("node-0", "firewall config registry version")) === latest;
    });
  });

  void test("nft of the image takes the rulesets of every kind of node", async () => {
    const directory = new URL("../../packages/orchestrator/src/firewall/fixtures/", import.meta.url);
    for (const name of await readdir(directory)) {
      const text = await readFile(new URL(name, directory), "base64");
      const { code, stderr } = await testnet.ssh("root", "node-0", `echo ${text} | base64 -d | nft -c -f -`);
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  });

  void test("a dry run that would break an invariant names it, and changes nothing", async () => {
    const before = await dashboard("node-0", "last registry version");
    const twice = ["--subnet-id", first, "--node-ids", "node-1", "--dry-run", "--json"];
    const { code, stdout } = await icos.run("admin", "propose", "add-nodes-to-subnet", "--testnet", NAME, ...twice);
    assert.equal(code, 1);
    assert.match(stdout, /"violations": \[\s*\{\s*"invariant": "[a-z-]*(membership|assignment)/);
    const { registryVersion } = v.parse(v.object({ registryVersion: v.number() }), JSON.parse(stdout));
    assert.equal(String(registryVersion), before);
  });

  void test("a removed node is known to nobody; it comes back when its operator has a record", async () => {
    const peers = async (): Promise<string> =>
      (await testnet.ssh("root", "node-0", "cat /run/ic-node/nftables-ruleset/nftables.conf")).stdout;
    const [name, address] = ["node-3", of(addresses, "node-3")] as const;
    assert.ok((await peers()).includes(address));
    await andConsole(name, ["The node has been removed from the registry."], () =>
      propose("remove-nodes", "--node-ids", of(ids, name)),
    );
    await eventually("its peers forget its address", async () => !(await peers()).includes(address));
    assert.equal(await login("readonly", name), "readonly", "it is still a machine of the network");

    const keys = openKeys(testnet.directories.keys);
    const [operator, provider] = [await keys.operator("second"), await keys.provider()].map((key) =>
      identityFromPem(privateKeyPem(key)).getPrincipal().toText(),
    );
    assert.ok(operator !== undefined && provider !== undefined);
    const principals = JSON.stringify({ principals: [operator] });
    const record = `--node-operator-principal-id ${operator} --node-provider-principal-id ${provider} --node-allowance 1 --dc-id local`;
    await propose("remove-node-operators", "--node-operator-principals-to-remove", principals);
    await andConsole(name, ["The join request failed"], () =>
      testnet.ssh("root", name, "systemctl restart ic-replica"),
    );
    await andConsole(name, ["Join request successful", "orchestrator ready"], () =>
      propose("add-node-operator", ...record.split(" ")),
    );
    assert.equal((await testnet.node(name)).nodeId, of(ids, name));
    await eventually("its peers let it in again", async () => (await peers()).includes(address));
  });

  void test("a registry that was dumped and loaded serves the same certified content, and the nodes go on with it", async () => {
    const { nns } = await testnet.status();
    const rootKey = Buffer.from(nns.rootKey ?? "", "hex");
    const before = await readRegistry(nns.url ?? "", rootKey);
    const file = join(icos.state, "registry.json");
    await icos.must("admin", "dump", "--testnet", NAME, "--out", file);
    await icos.must("testnet", "stop", NAME);
    await icos.must("admin", "load", file, "--testnet", NAME);
    await icos.must("testnet", "resume", NAME, ...PATIENCE);
    const loaded = await testnet.status();
    assert.deepEqual(loaded.nns, nns);
    assert.equal((await readRegistry(nns.url ?? "", rootKey, before.version)).digest, before.digest);
    await healthyIn(first, "node-0");
    await healthyIn(other, "node-1", "node-2");
  });
});

/** What a change of the firewall has to name: over the encodings of the rules that it leaves. */
function rulesHash(
  rules: readonly { ipv6_prefixes: string[]; ports: number[]; action: FirewallAction; comment: string }[],
): string {
  const encoded = rules.map(({ ipv6_prefixes: ipv6Prefixes, ports, action, comment }) =>
    encodeRecord(FirewallRuleSchema, { ipv6Prefixes, ports, action, comment, direction: 1 }),
  );
  return hash("sha256", Buffer.concat(encoded)).toUpperCase();
}
