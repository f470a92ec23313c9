import { test } from "node:test";
import assert from "node:assert/strict";
import { NO_ANSWERS, type ObservedNode, type ObservedTestnet, UNKNOWN_NODE } from "./observation.ts";
import { planBringUp } from "./planner.ts";
import { hostStateOf, nodeStateOf } from "./node-state.ts";
import { progressOf } from "./progress.ts";

const target = { powered: new Set(["a", "b"]), subnets: [{ name: "s", nodes: ["a", "b"] }], hosts: new Set<string>() };
const running: ObservedNode = { ...UNKNOWN_NODE, machine: { kind: "running" } };
const answering = { ...NO_ANSWERS, orchestrator: true, sinceStart: true };
const registered = (id: string): ObservedNode => ({ ...running, nodeId: id, answers: answering });
const healthy = (id: string): ObservedNode => ({
  ...registered(id),
  subnetId: "subnet",
  answers: { ...answering, replica: { healthy: true, version: "v" } },
});
const observed = (a: ObservedNode, b: ObservedNode): ObservedTestnet => ({
  services: "running",
  nodes: new Map([
    ["a", a],
    ["b", b],
  ]),
});

void test("services come before nodes", () => {
  assert.deepEqual(planBringUp(target, { services: "stopped", nodes: new Map() }, 0), {
    kind: "steps",
    steps: [{ kind: "start-services" }],
  });
});

void test("every node that is off and wanted is started, one that the user powered off is not", () => {
  assert.deepEqual(planBringUp(target, observed(UNKNOWN_NODE, running), 0), {
    kind: "steps",
    steps: [{ kind: "start-node", node: "a" }],
  });
  const onlyB = { ...target, powered: new Set(["b"]) };
  assert.deepEqual(planBringUp(onlyB, observed(UNKNOWN_NODE, running), 0), { kind: "waiting", nodes: ["b"] });
});

void test("a node that failed is started again when its pause is over, not before", () => {
  const failed: ObservedNode = { ...UNKNOWN_NODE, machine: { kind: "failed", retryAt: 1_000, error: "e" } };
  assert.equal(planBringUp(target, observed(failed, running), 999).kind, "waiting");
  assert.deepEqual(planBringUp(target, observed(failed, running), 1_000), {
    kind: "steps",
    steps: [{ kind: "start-node", node: "a" }],
  });
});

void test("a subnet is created when all its nodes are registered, and only once", () => {
  assert.equal(planBringUp(target, observed(registered("A"), running), 0).kind, "waiting");
  assert.deepEqual(planBringUp(target, observed(registered("A"), registered("B")), 0), {
    kind: "steps",
    steps: [{ kind: "create-subnet", subnet: "s", nodeIds: ["A", "B"] }],
  });
  const one = { ...registered("A"), subnetId: "subnet" };
  assert.equal(planBringUp(target, observed(one, registered("B")), 0).kind, "waiting");
});

void test("the record of a nested node is given a version of HostOS, once it is there and unless it has one", () => {
  const hosts = new Set(["a", "b"]);
  const members = { a: healthy("A"), b: healthy("B") };
  const plan = (a: ObservedNode, b: ObservedNode) => planBringUp({ ...target, hosts }, observed(a, b), 0);
  assert.equal(plan(running, running).kind, "waiting");
  assert.deepEqual(plan(members.a, { ...members.b, hostVersion: "h2" }), {
    kind: "steps",
    steps: [{ kind: "assign-host-version", nodeIds: ["A"] }],
  });
  assert.equal(plan({ ...members.a, hostVersion: "h1" }, { ...members.b, hostVersion: "h2" }).kind, "settled");
});

void test("healthy members and registered others are all there is to reach", () => {
  assert.equal(planBringUp(target, observed(healthy("A"), healthy("B")), 0).kind, "settled");
  const noSubnets = { ...target, subnets: [] };
  assert.equal(planBringUp(noSubnets, observed(registered("A"), registered("B")), 0).kind, "settled");
});

void test("a node's state follows its VM, what answers and the registry, in that order", () => {
  assert.equal(nodeStateOf(UNKNOWN_NODE), "off");
  assert.equal(nodeStateOf({ ...healthy("A"), machine: { kind: "failed", retryAt: 0, error: "e" } }), "failed");
  assert.equal(nodeStateOf(running), "booting");
  assert.equal(nodeStateOf({ ...running, nodeId: "A", subnetId: "s" }), "booting");
  assert.equal(nodeStateOf({ ...running, answers: { ...answering, orchestrator: false } }), "unreachable");
  assert.equal(nodeStateOf({ ...running, answers: answering }), "registering");
  assert.equal(nodeStateOf(registered("A")), "unassigned");
  assert.equal(nodeStateOf({ ...registered("A"), subnetId: "s" }), "assigned");
  assert.equal(nodeStateOf(healthy("A")), "healthy");
});

void test("progress counts nodes phase by phase", () => {
  const progress = progressOf(target, observed(registered("A"), running));
  assert.deepEqual(
    progress.map(({ phase, done, text }) => `${phase}: ${text}${done ? " done" : ""}`),
    [
      "Network and registry: running done",
      "Virtual machines started: 2 of 2 done",
      "Nodes booted: 1 of 2",
      "Nodes registered: 1 of 2",
      "Subnets created: 0 of 1",
      "Nodes ready: 0 of 2",
    ],
  );
});

void test("a host's state follows its VM and what it says", () => {
  const host = { version: "h", slot: "A", confirmed: true, guestVm: "running" } as const;
  assert.equal(hostStateOf(UNKNOWN_NODE), "off");
  assert.equal(hostStateOf(running), "booting");
  assert.equal(hostStateOf({ ...running, answers: { ...NO_ANSWERS, host, hostSinceStart: true } }), "running");
  assert.equal(hostStateOf({ ...running, answers: { ...NO_ANSWERS, hostSinceStart: true } }), "unreachable");
});
