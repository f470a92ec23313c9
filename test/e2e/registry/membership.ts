import assert from "node:assert/strict";
import * as v from "valibot";
import { eventually } from "../testnet/running-testnet.ts";
import type { GovernedTestnet } from "./governed-testnet.ts";

/** The first subnet. */
export async function makeSubnetOfTwo(network: GovernedTestnet): Promise<void> {
  const keys = ["--ssh-backup-access", network.key];
  await network.andConsole("node-0", ["The node is assigned to subnet"], () =>
    network.propose("create-subnet", "--node-ids", "node-0,node-1", "--replica-version-id", network.version, ...keys),
  );
  network.first = await network.subnetOf("node-0");
  await network.healthyIn(network.first, "node-0", "node-1");
  await eventually(
    "keys of the subnet",
    async () => (await network.dashboard("node-0", "backup keys")) === network.key,
  );
  assert.equal(await network.dashboard("node-0", "ssh key configuration is for subnet"), network.first);
  assert.equal(await network.login("readonly", "node-0"), undefined);
  assert.equal(await network.login("backup", "node-0"), "backup");
  assert.equal(await network.dashboard("node-3", "subnet id"), "Unassigned");
}

/** The other subnet: it stays with one node. */
export async function addAndRemoveNode(network: GovernedTestnet): Promise<void> {
  await network.propose("create-subnet", "--node-ids", "node-2", "--replica-version-id", network.version);
  network.other = await network.subnetOf("node-2");
  await network.propose("add-nodes-to-subnet", "--subnet-id", network.other, "--node-ids", "node-3");
  await network.healthyIn(network.other, "node-2", "node-3");
  const left = `The node has left subnet ${network.other} and is unassigned. It may be switched off.`;
  await network.andConsole("node-3", ["The node is leaving subnet", left], () =>
    network.propose("remove-nodes-from-subnet", "--node-ids", "node-3"),
  );
  assert.equal(await network.dashboard("node-3", "replica process id"), "None");
  assert.equal(await network.connect("node-3", 8080), "refused");
  await network.unassigned("node-3");
}

/** From the first subnet to the other. */
export async function moveNode(network: GovernedTestnet): Promise<void> {
  const lines = [`has left subnet ${network.first}`, `The node is assigned to subnet ${network.other}.`];
  await network.andConsole("node-1", lines, async () => {
    await network.propose("remove-nodes-from-subnet", "--node-ids", "node-1");
    await eventually(
      "node-1 is unassigned",
      async () => (await network.dashboard("node-1", "subnet id")) === "Unassigned",
    );
    await network.propose("add-nodes-to-subnet", "--subnet-id", network.other, "--node-ids", "node-1");
  });
  await network.healthyIn(network.other, "node-1");
  await network.healthyIn(network.first, "node-0");
}

/** A dry run; the node is in another subnet. */
export async function breakInvariant(network: GovernedTestnet): Promise<void> {
  const before = await network.dashboard("node-0", "last registry version");
  const twice = ["--subnet-id", network.first, "--node-ids", "node-1", "--dry-run", "--json"];
  const { code, stdout } = await network.icos.run(
    "admin",
    "propose",
    "add-nodes-to-subnet",
    "--testnet",
    network.name,
    ...twice,
  );
  assert.equal(code, 1);
  assert.match(stdout, /"violations": \[\s*\{\s*"invariant": "[a-z-]*(membership|assignment)/);
  const { registryVersion } = v.parse(v.object({ registryVersion: v.number() }), JSON.parse(stdout));
  assert.equal(String(registryVersion), before);
}
