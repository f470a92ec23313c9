import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import { createControlClient, statusIfRunning } from "../control/control-client.ts";
import { startControlServer } from "../control/control-server.ts";
import { createFakeTestnet, type FakeTestnet } from "./fake-testnet.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

async function until(supervisor: Supervisor, fake: FakeTestnet, done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (done()) return;
    await fake.tick();
  }
  assert.fail(`not reached: ${JSON.stringify(supervisor.status(), null, 1)}`);
}

async function bringUp(fake: FakeTestnet): Promise<Supervisor> {
  const supervisor = createSupervisor(fake.plan, { version: "v1" }, fake.modules);
  void supervisor.run();
  await until(supervisor, fake, () => supervisor.status().state === "running");
  return supervisor;
}

void test("a testnet comes up: services, nodes, registration, one subnet, health", async () => {
  const fake = createFakeTestnet(3);
  const supervisor = await bringUp(fake);
  const status = supervisor.status();
  assert.equal(fake.createdSubnets.length, 1);
  assert.deepEqual(
    status.nodes.map((node) => [node.name, node.state, node.nodeId, node.healthy, node.version]),
    [0, 1, 2].map((i) => [`node-${i}`, "healthy", `id-node-${i}`, true, "replica-v1"]),
  );
  assert.equal(status.subnets[0]?.subnetId, "subnet-1");
  assert.ok(status.progress.every((phase) => phase.done && phase.milliseconds !== null));
  await supervisor.shutdown(true);
  assert.deepEqual(fake.running(), []);
  assert.equal(fake.servicesOpen(), 0);
});

void test("a QEMU that dies is started again, and the subnet is not made a second time", async () => {
  const fake = createFakeTestnet(2);
  const supervisor = await bringUp(fake);
  await fake.tick(60_000);
  fake.die("node-1");
  await until(supervisor, fake, () => supervisor.status().state === "degraded");
  await until(supervisor, fake, () => supervisor.status().state === "running");
  assert.equal(fake.starts.get("node-1"), 2);
  assert.equal(fake.createdSubnets.length, 1);
  await supervisor.shutdown(false);
});

void test("a testnet is not called running while one of its machines has died", async () => {
  const fake = createFakeTestnet(2);
  const supervisor = await bringUp(fake);
  fake.die("node-1");
  // Asked before the supervisor looks again.
  assert.equal(supervisor.status().state, "degraded");
  await supervisor.shutdown(false);
});

void test("services that end are started again", async () => {
  const fake = createFakeTestnet(1);
  const supervisor = await bringUp(fake);
  fake.endServices();
  assert.equal(supervisor.status().nns.url, null);
  await until(supervisor, fake, () => supervisor.status().nns.url !== null);
  await until(supervisor, fake, () => supervisor.status().state === "running");
  assert.equal(fake.servicesOpen(), 1);
  await supervisor.shutdown(false);
});

void test("a registry that does not answer is shown, and dead machines are started again all the same", async () => {
  const fake = createFakeTestnet(2);
  const supervisor = await bringUp(fake);
  await fake.tick(60_000);
  fake.failRegistry(new IcosError("registry-unreachable", "No answer."));
  fake.die("node-0");
  await until(supervisor, fake, () => supervisor.status().problem?.code === "registry-unreachable");
  await until(supervisor, fake, () => supervisor.status().nodes.every((node) => node.healthy));
  assert.equal(fake.starts.get("node-0"), 2);
  fake.failRegistry(undefined);
  await until(supervisor, fake, () => supervisor.status().problem === null);
  assert.equal(fake.createdSubnets.length, 1);
  await supervisor.shutdown(false);
});

void test("services that cannot start show as a failure with its code, and are tried again", async () => {
  const fake = createFakeTestnet(1);
  fake.failServices(new IcosError("no-namespace", "No namespaces here.", { next: "Allow them." }));
  const supervisor = createSupervisor(fake.plan, { version: "v1" }, fake.modules);
  void supervisor.run();
  await until(supervisor, fake, () => supervisor.status().state === "failed");
  assert.deepEqual(supervisor.status().problem, {
    code: "no-namespace",
    message: "No namespaces here.",
    next: "Allow them.",
  });
  fake.failServices(undefined);
  await until(supervisor, fake, () => supervisor.status().state === "running");
  assert.equal(supervisor.status().problem, null);
  await supervisor.shutdown(false);
});

void test("a machine that does not start is left alone for a growing time and says why", async () => {
  const fake = createFakeTestnet(1);
  fake.failStart("node-0", new IcosError("qemu-failed", "No such disk."));
  const supervisor = createSupervisor(fake.plan, { version: "v1" }, fake.modules);
  void supervisor.run();
  await until(supervisor, fake, () => supervisor.status().nodes[0]?.state === "failed");
  assert.equal(supervisor.status().nodes[0]?.problem?.code, "qemu-failed");
  await fake.tick(120_000, 200);
  const attempts = fake.attempts.get("node-0") ?? 0;
  assert.ok(attempts > 2 && attempts < 12, `${attempts} attempts in 120 s`);
  fake.failStart("node-0", undefined);
  await until(supervisor, fake, () => supervisor.status().state === "running");
  await supervisor.shutdown(false);
});

void test("a node that the user powers off stays off until it is started", async () => {
  const fake = createFakeTestnet(2);
  const supervisor = await bringUp(fake);
  await supervisor.power("node-0", "kill");
  await fake.tick(30_000, 50);
  assert.equal(supervisor.status().nodes[0]?.state, "off");
  assert.equal(supervisor.status().state, "running");
  await supervisor.power("node-0", "start");
  await until(supervisor, fake, () => supervisor.status().nodes[0]?.state === "healthy");
  await assert.rejects(supervisor.power("ghost", "stop"), { code: "no-such-node" });
  await supervisor.shutdown(false);
});

void test("a supervisor that starts over the same world makes nothing twice", async () => {
  const fake = createFakeTestnet(2);
  const first = await bringUp(fake);
  await first.shutdown(false);
  const second = await bringUp(fake);
  assert.equal(fake.createdSubnets.length, 1);
  assert.deepEqual(
    second.status().nodes.map((node) => node.nodeId),
    ["id-node-0", "id-node-1"],
  );
  await second.shutdown(true);
});

void test("faults reach the switch, show in the status and heal", async () => {
  const fake = createFakeTestnet(3);
  const supervisor = await bringUp(fake);
  await supervisor.fault({ kind: "link", node: "node-1", fault: { delayMs: 50, lossPercent: 5 } });
  await supervisor.fault({ kind: "partition", groups: [["node-0"]] });
  assert.deepEqual(fake.links.get("node-1"), { delayMs: 50, lossPercent: 5 });
  assert.deepEqual(fake.partition(), [["node-0"], ["node-1", "node-2"]]);
  const [first, second] = supervisor.status().nodes;
  assert.deepEqual([first?.partition, second?.partition, second?.link?.delayMs], [0, 1, 50]);
  await assert.rejects(supervisor.fault({ kind: "partition", groups: [["node-0"], ["node-0"]] }), {
    code: "request-invalid",
  });
  await assert.rejects(supervisor.fault({ kind: "link", node: "ghost", fault: {} }), { code: "no-such-node" });
  await supervisor.fault({ kind: "heal" });
  assert.equal(fake.partition(), undefined);
  assert.equal(supervisor.status().nodes[1]?.link, null);
  await supervisor.shutdown(false);
});

void test("the control socket answers status, power, faults and shutdown, and refuses the rest in words", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-control-"));
  const socket = join(directory, "control");
  const client = createControlClient(socket);
  assert.equal(await statusIfRunning(client), undefined);
  const fake = createFakeTestnet(2);
  const supervisor = await bringUp(fake);
  const server = await startControlServer(socket, supervisor);
  try {
    assert.equal((await client.status()).name, "fake");
    await client.power("node-0", "stop");
    assert.equal((await client.status()).nodes[0]?.state, "off");
    await client.fault({ kind: "link", node: "node-1", fault: { cut: true } });
    assert.deepEqual(fake.links.get("node-1"), { cut: true });
    await assert.rejects(client.power("ghost", "stop"), { code: "no-such-node" });
    assert.equal(await post(socket, "/nodes/node-0/power", '{"action":"explode"}'), 400);
    assert.equal(await post(socket, "/faults", "{"), 400);
    assert.equal(await post(socket, "/faults", "x".repeat(100_000)), 400);
    assert.equal(await post(socket, "/nothing", "{}"), 404);
    await client.shutdown(true);
    assert.equal(fake.servicesOpen(), 0);
  } finally {
    await server.close();
    await rm(directory, { recursive: true });
  }
  assert.equal(await statusIfRunning(client), undefined);
});

function post(socketPath: string, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method: "POST", agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
