import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { HttpAgent } from "@icp-sdk/core/agent";
import { decode } from "cborg";
import * as v from "valibot";
import { testnetStatusSchema, type TestnetStatus } from "@icos/testnet";
import { createIcosCommand, leftovers, type IcosCommand } from "./testnet/icos-command.ts";
import { readRegistry } from "./testnet/read-registry.ts";

/** Four emulated nodes take minutes on two cores; a busy machine may need several times that. */
const PATIENCE = ["--timeout", "1500"];

void suite("a testnet of four nodes", () => {
  let icos: IcosCommand;
  let up: TestnetStatus;

  before(async () => {
    icos = await createIcosCommand();
    up = parseStatus(await icos.must("testnet", "up", "four", "--json", ...PATIENCE));
  });
  after(async () => {
    await icos.run("testnet", "down", "four", "--yes");
    await icos.remove();
  });
  const status = async (): Promise<TestnetStatus> =>
    parseStatus(await icos.must("testnet", "status", "four", "--json"));

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
    await eventually(() => fetchStatus(third?.statusUrl ?? null, 5_000));
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

  void test("down leaves nothing behind", async () => {
    await icos.must("testnet", "down", "four", "--yes");
    assert.deepEqual(await leftovers([icos.state, icos.runtime]), []);
    assert.deepEqual(JSON.parse(await icos.must("testnet", "list", "--json")), { testnets: [] });
    assert.equal((await icos.run("testnet", "status", "four")).code, 1);
  });

  async function eventually(action: () => Promise<unknown>, attempts = 30): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await action();
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
        await status();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }
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
