import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Principal, thresholdKeyToPem, ThresholdKey } from "@icos/certification";
import type { Command } from "@icos/vsock";
import { eventually } from "../test/eventually.ts";
import { startLocalService } from "../test/local-service.ts";
import { startTestNetwork, VERSION } from "../test/network.ts";
import { TestNode } from "../test/node.ts";

async function inTemporaryDirectory(body: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "orchestrator-"));
  try {
    await body(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

void test("nodes make their keys, register themselves and run their replica while a subnet lists them", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    const other = new TestNode(join(root, "other"), network, "2001:db8::2");
    await Promise.all([node.start(), other.start()]);
    try {
      const ready = await node.line("orchestrator ready");
      const nodeId = await node.dashboard("node id");
      assert.equal(ready, `orchestrator ready: node ${nodeId} unassigned`);
      assert.ok(node.lines.some((line) => line.startsWith("Join request successful")));
      assert.equal((await network.client.nodes()).get(nodeId)?.http?.ipAddr, "2001:db8::1");
      assert.equal((await readFile(join(node.root, "confirm-boot"))).toString(), "confirm\n");
      assert.equal(await node.dashboard("subnet id"), "Unassigned");
      assert.equal(await node.dashboard("DC id"), "dc1");
      assert.match(await node.metrics(), /^ic_orchestrator_info\{ic_active_version="v1"\} 1$/m);
      await other.line("orchestrator ready");

      const health = await eventually("the host hears of it", () =>
        node.asked.find(({ kind, ...rest }) => kind === "guest-health" && JSON.stringify(rest).includes("healthy")),
      );
      const report = { state: "healthy", "node-id": nodeId, detail: null };
      assert.deepEqual(health, { kind: "guest-health", arguments: report });
      const joined = { count: 10, message: `Join request successful: node ${nodeId}.` };
      assert.ok(node.asked.some((command) => isDeepStrictEqual(command, { kind: "notify", arguments: joined })));
      assert.equal(await node.dashboard("host os version"), "h1");
      assert.match(await node.metrics(), /^ic_orchestrator_hostos_info\{hostos_version="h1"\} 1$/m);

      const members = [nodeId, await other.dashboard("node id")].map((id) => Principal.fromText(id));
      const subnet = await network.governance.createSubnet({ node_ids: members, replica_version_id: VERSION });
      await node.line(`assigned to subnet ${subnet.toText()}`);
      const { pid, status } = await eventually("the replica answers", () => node.replica());
      assert.equal(status["impl_version"], VERSION);
      assert.equal(status["replica_health_status"], "healthy");
      assert.deepEqual(status["root_key"], new Uint8Array(network.nns.rootKey));
      const { pid: otherPid } = await eventually("the other replica answers", () => other.replica());

      await network.governance.removeNodesFromSubnet({ node_ids: members.slice(0, 1) });
      await node.line("may be switched off");
      assert.equal(await node.dashboard("replica process id"), "None");
      assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
      assert.equal(Number(await other.dashboard("replica process id")), otherPid);

      await other.stop();
      assert.throws(() => process.kill(otherPid, 0), { code: "ESRCH" });
    } finally {
      await Promise.all([node.stop(), other.stop()]);
    }
  }));

void test("the registry's SSH keys and the firewall reach the machine, and the dashboard says from which version", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const rulesets: string[] = [];
    await using firewall = await startLocalService(() => {
      rulesets.push(readFileSync(join(root, "node/candidate.conf"), "utf8"));
      return "applied\n";
    });
    await using sshKeys = await startLocalService(() => "written\n");
    const node = new TestNode(join(root, "node"), network);
    await node.start({ firewall, sshKeys });
    try {
      await node.line("orchestrator ready");
      const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;
      await network.governance.updateUnassignedNodesConfig({ ssh_readonly_access: [key] });
      await eventually("the keys are written", () => sshKeys.requests.find((text) => text.includes(key)));
      assert.deepEqual(sshKeys.requests, [`readonly\n${key}\nend\n`]);
      await eventually("the version is the latest", async () => {
        const version = await node.dashboard("last registry version");
        const applied = await Promise.all(
          ["firewall", "ssh key"].map((of) => node.dashboard(`${of} config registry version`)),
        );
        return applied.every((of) => of === version) ? version : undefined;
      });
      assert.equal(await node.dashboard("ssh key configuration is for subnet"), "Unassigned");
      assert.match(await node.metrics(), /^ssh_access_registry_version [1-9]\d*$/m);
      const last = rulesets.at(-1);
      assert.match(last ?? "", /ip6 saddr \{ 2001:db8::1 \} .* accept # All nodes/);
      assert.equal(await readFile(join(node.root, "nftables.conf"), "utf8"), last);
    } finally {
      await node.stop();
    }
  }));

void test("a host is asked for the version that its node's record names, and the node without one leaves it alone", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    await node.start();
    try {
      await node.line("orchestrator ready");
      const sha256 = "ab".repeat(32);
      await network.client.call("revise_elected_hostos_versions", {
        hostos_version_to_elect: "h2",
        release_package_sha256_hex: sha256,
        release_package_urls: ["http://files.example/h2"],
        hostos_versions_to_unelect: [],
      });
      const upgrades = (): Command[] => node.asked.filter(({ kind }) => kind === "upgrade");
      assert.deepEqual(upgrades(), []);
      await network.client.call("deploy_hostos_to_some_nodes", {
        node_ids: [Principal.fromText(await node.dashboard("node id"))],
        hostos_version_id: "h2",
      });
      await eventually("the host is asked", () => upgrades()[0]);
      assert.deepEqual(upgrades(), [
        { kind: "upgrade", arguments: { url: "http://files.example/h2", "target-hash": sha256 } },
      ]);
      await node.line("HostOS version h2 is installed");
      const { version } = JSON.parse(
        await readFile(join(node.root, "data/orchestrator/hostos_upgrade.json"), "utf8"),
      ) as { version: string };
      assert.equal(version, "h2");
    } finally {
      await node.stop();
    }
  }));

void test("a node that starts again has the same identity and does not register again", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    try {
      await node.start();
      const ready = await node.line("orchestrator ready");
      await node.stop();
      node.lines.length = 0;
      await node.start();
      assert.equal(await node.line("orchestrator ready"), ready);
      assert.deepEqual(
        node.lines.filter((line) => /join|registration/i.test(line)),
        [],
      );
      assert.equal((await network.client.nodes()).size, 1);
    } finally {
      await node.stop();
    }
  }));

void test("a node that was given another root key refuses the registry's answers and says so", () =>
  inTemporaryDirectory(async (root) => {
    await using network = await startTestNetwork(root);
    const node = new TestNode(join(root, "node"), network);
    await node.start({ rootKeyPem: thresholdKeyToPem(ThresholdKey.generate().publicKey.der) });
    try {
      await node.line("The signature of a certificate does not verify with the expected key");
      assert.equal(await node.dashboard("last registry version"), "0");
      assert.equal((await network.client.nodes()).size, 0);
    } finally {
      await node.stop();
    }
  }));
