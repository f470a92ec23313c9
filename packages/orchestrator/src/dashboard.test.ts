import assert from "node:assert/strict";
import { test } from "node:test";
import { renderDashboard, type DashboardView } from "./dashboard.ts";

const view: DashboardView = {
  nodeId: "gfvbo-licaa-aaaaa-aaaap-2ai",
  dcId: undefined,
  registryVersion: 7,
  certifiedTime: 1_772_366_400_123_456_789n,
  subnet: { kind: "known", id: "subnet" },
  replicaPid: 42,
  replicaVersion: "v1",
  hostVersion: "h1",
  scheduledUpgrade: "v2",
  firewallVersion: 6,
  sshAccess: { version: 7, subnetId: undefined },
  readonlyKeys: ["ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b"],
  backupKeys: [],
  adminKeys: ["ssh-ed25519 CCCC"],
};

void test("the dashboard has upstream's labels in upstream's order", () => {
  assert.equal(
    renderDashboard(view),
    `node id: gfvbo-licaa-aaaaa-aaaap-2ai
DC id: None
last registry version: 7
last poll's certified time: 2026-03-01T12:00:00.123Z
subnet id: subnet
replica process id: 42
replica version: v1
host os version: h1
scheduled upgrade: v1 -> v2
cup height: None
cup signed: None
cup state hash: None
cup timestamp: None
firewall config registry version: 6
ipv4 config registry version: None
ssh key config registry version: 7
ssh key configuration is for subnet: Unassigned
readonly keys: ssh-ed25519 AAAA a, ssh-ed25519 BBBB b
backup keys:${" "}
admin keys: ssh-ed25519 CCCC
`,
  );
});

void test("the subnet is unknown until the first check, then a subnet or Unassigned", () => {
  const subnetLine = (subnet: DashboardView["subnet"]): string | undefined =>
    renderDashboard({ ...view, subnet })
      .split("\n")
      .find((line) => line.startsWith("subnet id"));
  assert.equal(subnetLine({ kind: "unknown" }), "subnet id: Subnet not known yet");
  assert.equal(subnetLine({ kind: "known", id: undefined }), "subnet id: Unassigned");
});
