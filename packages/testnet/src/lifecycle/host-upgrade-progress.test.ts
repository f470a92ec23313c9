import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostStatus, NodeStatus, TestnetStatus } from "../control/status-schema.ts";
import { followHostUpgrade } from "./host-upgrade-progress.ts";

const node = (host: Partial<HostStatus>, state: NodeStatus["state"] = "healthy"): TestnetStatus => ({
  name: "t",
  state: "running",
  accelerator: "tcg",
  nns: { url: null, rootKey: null },
  subnets: [],
  progress: [],
  problem: null,
  nodes: [
    {
      name: "node-0",
      nodeId: "id",
      ipv6: "fd00::1",
      state,
      subnetId: "s",
      version: "v",
      healthy: state === "healthy",
      statusUrl: null,
      consoleLog: "/c",
      memoryMiB: 1024,
      link: null,
      partition: null,
      problem: null,
      host: {
        state: "running",
        ipv6: "fd00::2",
        version: "h1",
        slot: "A",
        confirmed: true,
        guestVm: "running",
        ...host,
      },
    },
  ],
});
const onTrial = { version: "h2", slot: "B", confirmed: false } as const;

void test("an upgrade is done when the new version is confirmed and the node works", () => {
  const follow = followHostUpgrade("h2", ["node-0"]);
  const kinds = [
    node({}),
    node({ state: "unreachable" }, "unreachable"),
    node(onTrial, "booting"),
    node({ ...onTrial, confirmed: true }, "unreachable"),
    node({ ...onTrial, confirmed: true }),
  ].map((status) => follow(status).get("node-0")?.kind);
  assert.deepEqual(kinds, ["waiting", "waiting", "on-trial", "on-trial", "done"]);
});

void test("a host that runs its old version after the new one has gone back", () => {
  const follow = followHostUpgrade("h2", ["node-0"]);
  follow(node({}));
  follow(node(onTrial, "booting"));
  follow(node({ state: "booting", version: "h1" }, "booting"));
  assert.throws(() => follow(node({})), { code: "host-went-back" });
});

void test("nodes that are not upgraded are not looked at", () => {
  assert.equal(followHostUpgrade("h2", ["node-1"])(node(onTrial)).size, 0);
});
