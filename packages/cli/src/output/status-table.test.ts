import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultTopology,
  deriveMachineAddress,
  planTestnet,
  testnetDirectories,
  type TestnetStatus,
} from "@icos/testnet";
import { offlineStatus } from "../../../testnet/src/supervisor/status.ts";
import { renderStatus } from "./status-table.ts";

const context = { style: (_: unknown, text: string) => text };
const directories = testnetDirectories("t", { ICOS_STATE_DIR: "/state" }, 1);
const statusOf = (nested: boolean): TestnetStatus =>
  offlineStatus(planTestnet(directories, defaultTopology(2, { nested }), deriveMachineAddress), "g1", false);

void test("a nested testnet has a second table, of its hosts; another has none", () => {
  assert.doesNotMatch(renderStatus(context, statusOf(false)), /HOST OF/);
  const status = statusOf(true);
  const nodes = status.nodes.map((node) => ({
    ...node,
    host:
      node.host &&
      ({ ...node.host, state: "running", guestVm: "stopped", slot: "B", confirmed: false, version: "h1" } as const),
  }));
  const lines = renderStatus(context, { ...status, nodes }).split("\n");
  const head = lines.findIndex((line) => line.startsWith("HOST OF"));
  assert.match(lines[head] ?? "", /^HOST OF +STATE +GUEST VM +SLOT +VERSION +IPV6$/);
  assert.match(lines[head + 2] ?? "", /^node-1 +running +stopped +B \(on trial\) +h1 +fd[0-9a-f:]+:6800:/);
});
