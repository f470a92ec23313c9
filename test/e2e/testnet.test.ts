import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { HttpAgent } from "@icp-sdk/core/agent";
import { decode } from "cborg";
import * as v from "valibot";
import { testnetStatusSchema, type TestnetStatus } from "@icos/testnet";
import { createIcosCommand, leftovers, type IcosCommand } from "./testnet/icos-command.ts";
import { NetworkTrial } from "./testnet/network-trial.ts";
import { readRegistry } from "./testnet/read-registry.ts";
import { eventually, RunningTestnet } from "./testnet/running-testnet.ts";

/** Four emulated nodes take minutes on two cores; a busy machine may need several times that. */
const PATIENCE = ["--timeout", "1500"];
const SSH = 22;
/** Long enough for a slow machine to be found at the tried address before the time is over. */
const TRIAL_SECONDS = 40;
const TRIED_IPV4 = { address: "192.0.2.33", gateway: "192.0.2.1", prefix_length: 24 };

void suite("a testnet of four nodes", () => {
  let icos: IcosCommand;
  let testnet: RunningTestnet;
  let up: TestnetStatus;
  let trial: NetworkTrial;

  before(async () => {
    icos = await createIcosCommand();
    up = parseStatus(await icos.must("testnet", "up", "four", "--json", ...PATIENCE));
    testnet = new RunningTestnet(icos, "four");
    trial = new NetworkTrial(testnet, "node-3");
  });
  after(async () => {
    await icos.run("testnet", "down", "four", "--yes");
    await icos.remove();
  });
  void test("all nodes are registered, assigned to one subnet and healthy", () => {
    assert.equal(up.state, "running");
    assert.deepEqual(
      up.nodes.map(({ state }) => state),
      Array(4).fill("healthy"),
    );
    assert.equal(new Set(up.nodes.map(({ nodeId }) => nodeId)).size, 4);
    assert.equal(new Set(up.nodes.map(({ subnetId }) => subnetId)).size, 1);
  });

  void test("every node's status names the network's root key and the image's version", async () => {
    for (const { statusUrl, version } of up.nodes) {
      const reply = await fetchStatus(statusUrl);
      assert.equal(Buffer.from(reply.root_key).toString("hex"), up.nns.rootKey);
      assert.equal(reply.replica_health_status, "healthy");
      assert.equal(reply.impl_version, version);
    }
  });

  void test("an unmodified agent fetches the root key and reads the registry, verified", async () => {
    const { url, rootKey } = nnsOf(up);
    const agent = await HttpAgent.create({ host: url });
    assert.equal(Buffer.from(await agent.fetchRootKey()).toString("hex"), up.nns.rootKey);
    const registry = await readRegistry(url, rootKey);
    for (const { nodeId } of up.nodes) assert.ok(registry.keys.includes(`node_record_${nodeId}`));
    assert.equal(registry.keys.filter((key) => key.startsWith("crypto_tls_cert_")).length, 4);
  });

  void test("a second up says that the testnet runs", async () => {
    const { code, stdout, stderr } = await icos.run("testnet", "up", "four");
    assert.equal(code, 0, stderr);
    assert.match(stderr + stdout, /already|running/i);
  });

  void test("a node's console tells where it stands, and nothing failed in it", async () => {
    const [node] = up.nodes;
    const log = await readFile(node?.consoleLog ?? "", "utf8");
    assert.match(log, new RegExp(`orchestrator ready: node ${node?.nodeId}`));
    assert.match(log, /Join request successful/);
    assert.equal(
      (await icos.must("testnet", "ssh", "root@four/node-0", "--", "systemctl --failed --no-legend --plain")).trim(),
      "",
    );
    const mounts = await icos.must("testnet", "ssh", "four/node-1", "--", "cat /proc/mounts");
    for (const place of ["/var/lib/ic/data", "/var/lib/ic/crypto", "/var/lib/ic/backup", "/boot/config"])
      assert.match(mounts, new RegExp(` ${place} `));
    assert.match(mounts, /vroot \/ erofs ro/);
  });

  void test("delay, a pulled cable and a partition do what they say, and heal", async () => {
    const [, second, third] = up.nodes;
    await icos.must("testnet", "fault", "link", "four/node-1", "--delay", "400");
    const start = performance.now();
    await fetchStatus(second?.statusUrl ?? null);
    assert.ok(performance.now() - start >= 780, "one round trip to connect or ask takes twice the delay");
    await icos.must("testnet", "fault", "cut", "four/node-2");
    await assert.rejects(fetchStatus(third?.statusUrl ?? null, 5_000));
    await icos.must("testnet", "fault", "heal", "four/node-1", "four/node-2");
    await eventually("the third node answers", () => fetchStatus(third?.statusUrl ?? null, 5_000));
  });

  void test("network settings that nobody confirms are taken back: the node leaves its address and returns", async () => {
    const address = up.nodes[3]?.ipv6 ?? "";
    const other = address.replace(/:[0-9a-f]+$/, ":7e57");
    const isAt = async (place: string): Promise<boolean> => (await testnet.connect(place, SSH)) === "open";
    assert.deepEqual([await isAt(address), await isAt(other)], [true, false]);
    const configured = await trial.configured();
    await trial.tryDetached(
      { ...configured, ipv6_config: { Fixed: { address: `${other}/64`, gateway: "fe80::1" } } },
      TRIAL_SECONDS,
    );
    await eventually("the node is at the tried address", () => isAt(other));
    assert.equal(await isAt(address), false);
    await eventually("the node is back at its address", () => isAt(address));
    assert.equal(await isAt(other), false);
    assert.equal(await trial.run("status"), "The settings of the node's configuration.\n");
    assert.deepEqual(await trial.configured(), configured);
  });

  void test("settings that are wrong are refused by field, and nothing is tried", async () => {
    const ipv4_config = { address: "192.0.2.300", gateway: "192.0.2.1", prefix_length: 24 };
    const { code, stderr } = await trial.try({ ...(await trial.configured()), ipv4_config });
    assert.equal(code, 1);
    assert.match(stderr, /ipv4_config\.address/);
    assert.equal(await trial.run("status"), "The settings of the node's configuration.\n");
  });

  void test("settings that are confirmed are in force and kept", async () => {
    const { code, stderr } = await trial.try({ ...(await trial.configured()), ipv4_config: TRIED_IPV4 });
    assert.equal(code, 0, stderr);
    await eventually("the address is there", async () => (await trial.addresses()).includes("192.0.2.33/24"));
    assert.match(await trial.run("confirm"), /^Kept/);
    assert.match(await trial.run("status"), /^Kept: .*"192\.0\.2\.33"/);
  });

  void test("a changed request, an unknown method and garbage get the interface's errors", async () => {
    const { url } = nnsOf(up);
    const canister = "rwlgt-iiaaa-aaaaa-aaaaa-cai";
    const post = async (path: string, body: string): Promise<number> =>
      (await fetch(`${url}${path}`, { method: "POST", body, headers: { "content-type": "application/cbor" } })).status;
    assert.equal(await post(`/api/v3/canister/${canister}/query`, "not cbor"), 400);
    assert.equal(await post(`/api/v4/canister/${canister}/call`, ""), 400);
    assert.equal((await fetch(`${url}/api/v9/nothing`)).status, 404);
    assert.equal((await fetch(`${url}/api/v2/status`)).status, 200);
  });

  void test("stopped and resumed, the same nodes are healthy again and the registry is the same", async () => {
    const { url, rootKey } = nnsOf(up);
    const before = await readRegistry(url, rootKey);
    await icos.must("testnet", "stop", "four");
    assert.deepEqual(await leftovers([icos.state, icos.runtime]), []);
    const resumed = parseStatus(await icos.must("testnet", "resume", "four", "--json", ...PATIENCE));
    assert.deepEqual(
      resumed.nodes.map(({ nodeId, healthy, statusUrl }) => [nodeId, healthy, statusUrl]),
      up.nodes.map(({ nodeId, statusUrl }) => [nodeId, true, statusUrl]),
    );
    assert.deepEqual(resumed.nns, up.nns);
    assert.equal((await readRegistry(url, rootKey, before.version)).digest, before.digest);
  });

  void test("confirmed network settings have outlived the restart, and are forgotten on request", async () => {
    assert.ok((await trial.addresses()).includes("192.0.2.33/24"));
    assert.deepEqual((await trial.configured()).ipv4_config, TRIED_IPV4);
    assert.equal(await trial.run("forget"), "The settings of the node's configuration.\n");
    await eventually("the address is gone", async () => !(await trial.addresses()).includes("192.0.2.33/24"));
  });

  void test("down leaves nothing behind", async () => {
    await icos.must("testnet", "down", "four", "--yes");
    assert.deepEqual(await leftovers([icos.state, icos.runtime]), []);
    assert.deepEqual(JSON.parse(await icos.must("testnet", "list", "--json")), { testnets: [] });
    assert.equal((await icos.run("testnet", "status", "four")).code, 1);
  });
});

function parseStatus(text: string): TestnetStatus {
  return v.parse(testnetStatusSchema, JSON.parse(text));
}

function nnsOf({ nns }: TestnetStatus): { url: string; rootKey: Uint8Array } {
  assert.ok(nns.url !== null && nns.rootKey !== null);
  return { url: nns.url, rootKey: Buffer.from(nns.rootKey, "hex") };
}

const NodeStatusReply = v.object({
  root_key: v.instance(Uint8Array),
  impl_version: v.string(),
  replica_health_status: v.string(),
});

async function fetchStatus(url: string | null, timeout = 60_000): Promise<v.InferOutput<typeof NodeStatusReply>> {
  assert.ok(url !== null);
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  assert.equal(response.status, 200);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return v.parse(NodeStatusReply, decode(bytes, { tags: { 55799: (inner: () => unknown) => inner() } }));
}
