import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeHealth, type HealthFacts } from "./node-health.ts";

const WELL: HealthFacts = {
  nodeId: "aaaaa-aa",
  startup: undefined,
  failedChecks: 0,
  registryRead: true,
  registryUnreachable: false,
  replicaDown: false,
};
const stateOf = (change: Partial<HealthFacts>): string => nodeHealth({ ...WELL, ...change }).state;

void test("A node is healthy when its start-up is over and nothing fails.", () => {
  assert.deepEqual(nodeHealth(WELL), { state: "healthy", "node-id": "aaaaa-aa", detail: null });
  assert.equal(stateOf({ failedChecks: 2 }), "healthy");
});

void test("While it starts it says what it said last.", () => {
  const health = nodeHealth({ ...WELL, startup: "Waiting for\u001b[0m an address.\n", registryUnreachable: true });
  assert.deepEqual(health, { state: "starting", "node-id": "aaaaa-aa", detail: "Waiting for [0m an address. " });
});

void test("It is unhealthy when it cannot follow the registry or its replica is down.", () => {
  assert.equal(stateOf({ failedChecks: 3 }), "unhealthy");
  assert.equal(stateOf({ registryUnreachable: true }), "unhealthy");
  assert.equal(stateOf({ replicaDown: true }), "unhealthy");
});

void test("A node that knows the registry only from its store is not healthy: a host must not be confirmed by it.", () => {
  assert.equal(stateOf({ registryRead: false }), "starting");
  assert.equal(stateOf({ registryRead: false, registryUnreachable: true }), "unhealthy");
});
