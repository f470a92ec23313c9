import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { Principal } from "@icos/certification";
import { identityFromPem, type GovernanceClient } from "@icos/nns";
import { openKeys } from "@icos/testnet";
import { privateKeyPem } from "../../packages/testnet/src/state/keys.ts";
import { createIcosCommand, type IcosCommand } from "./testnet/icos-command.ts";
import { governanceOf } from "./testnet/propose.ts";
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
  let governance: GovernanceClient;
  let version: string;
  /** Public half of the key that `icos testnet ssh` uses. */
  let key: string;
  let ids: ReadonlyMap<Node, Principal>;
  let addresses: ReadonlyMap<Node, string>;
  /** The subnets that the tests make. */
  let first: Principal;
  let other: Principal;

  before(async () => {
    icos = await createIcosCommand();
    testnet = new RunningTestnet(icos, NAME);
    const file = join(icos.state, "topology.json");
    await writeFile(file, JSON.stringify(TOPOLOGY));
    await icos.must("testnet", "up", NAME, "--topology", file, ...PATIENCE);
    const status = await testnet.status();
    ({ governance } = await governanceOf(testnet.directories, status));
    ids = new Map(NODES.map((name, i) => [name, Principal.fromText(status.nodes[i]?.nodeId ?? "")]));
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
  const id = (name: Node): Principal => of(ids, name);
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

  async function healthyIn(subnet: Principal, ...names: readonly Node[]): Promise<void> {
    for (const name of names) {
      await eventually(`${name} is healthy in its subnet`, async () => {
        const { state, subnetId } = await testnet.node(name);
        return state === "healthy" && subnetId === subnet.toText();
      });
      await eventually(`${name} says so`, async () => (await dashboard(name, "subnet id")) === subnet.toText());
    }
  }

  void test("keys for unassigned nodes let `readonly` in, which reads what it may and no secret", async () => {
    assert.equal(await login("readonly", "node-3"), undefined);
    await governance.updateUnassignedNodesConfig({ ssh_readonly_access: [key] });
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
    const nodes = [id("node-0"), id("node-1")];
    await andConsole("node-0", ["The node is assigned to subnet"], async () => {
      first = await governance.createSubnet({ node_ids: nodes, replica_version_id: version, ssh_backup_access: [key] });
    });
    await healthyIn(first, "node-0", "node-1");
    await eventually("keys of the subnet", async () => (await dashboard("node-0", "backup keys")) === key);
    assert.equal(await dashboard("node-0", "ssh key configuration is for subnet"), first.toText());
    assert.equal(await login("readonly", "node-0"), undefined);
    assert.equal(await login("backup", "node-0"), "backup");
    assert.equal(await dashboard("node-3", "subnet id"), "Unassigned");
  });

  void test("a node that is added starts its replica, one that is removed stops it", async () => {
    other = await governance.createSubnet({ node_ids: [id("node-2")], replica_version_id: version });
    await governance.addNodesToSubnet({ subnet_id: other, node_ids: [id("node-3")] });
    await healthyIn(other, "node-2", "node-3");
    const left = `The node has left subnet ${other.toText()} and is unassigned. It may be switched off.`;
    await andConsole("node-3", ["The node is leaving subnet", left], () =>
      governance.removeNodesFromSubnet({ node_ids: [id("node-3")] }),
    );
    assert.equal(await dashboard("node-3", "replica process id"), "None");
    assert.equal(await connect("node-3", 8080), "refused");
    assert.equal((await testnet.node("node-3")).subnetId, null);
  });

  void test("a node that moves leaves the one subnet and joins the other", async () => {
    const lines = [`has left subnet ${first.toText()}`, `The node is assigned to subnet ${other.toText()}.`];
    await andConsole("node-1", lines, async () => {
      await governance.removeNodesFromSubnet({ node_ids: [id("node-1")] });
      await eventually("node-1 is unassigned", async () => (await dashboard("node-1", "subnet id")) === "Unassigned");
      await governance.addNodesToSubnet({ subnet_id: other, node_ids: [id("node-1")] });
    });
    await healthyIn(other, "node-1");
    await healthyIn(first, "node-0");
  });

  void test("a removed node is known to nobody; it comes back when its operator has a record", async () => {
    const peers = async (): Promise<string> =>
      (await testnet.ssh("root", "node-0", "cat /run/ic-node/nftables-ruleset/nftables.conf")).stdout;
    const [name, address] = ["node-3", of(addresses, "node-3")] as const;
    assert.ok((await peers()).includes(address));
    await andConsole(name, ["The node has been removed from the registry."], () =>
      governance.removeNodes({ node_ids: [id(name)] }),
    );
    await eventually("its peers forget its address", async () => !(await peers()).includes(address));
    assert.equal(await login("readonly", name), "readonly", "it is still a machine of the network");

    const pem = privateKeyPem(await openKeys(testnet.directories.keys).operator("second"));
    const operator = Principal.fromText(identityFromPem(pem).getPrincipal().toText());
    const provider = identityFromPem(privateKeyPem(await openKeys(testnet.directories.keys).provider()));
    await governance.removeNodeOperators({ node_operators_to_remove: [operator.toUint8Array()] });
    await andConsole(name, ["The join request failed"], () =>
      testnet.ssh("root", name, "systemctl restart ic-replica"),
    );
    await andConsole(name, ["Join request successful", "orchestrator ready"], () =>
      governance.addNodeOperator({
        node_operator_principal_id: operator,
        node_provider_principal_id: Principal.fromText(provider.getPrincipal().toText()),
        node_allowance: 1n,
        dc_id: "local",
        rewardable_nodes: [],
      }),
    );
    assert.equal((await testnet.node(name)).nodeId, id(name).toText());
    await eventually("its peers let it in again", async () => (await peers()).includes(address));
  });
});
