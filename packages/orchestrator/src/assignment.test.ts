import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveAssignment, planReplica, transitionLine, wantedUpgrade, type Membership } from "./assignment.ts";

const none: Membership = { registered: true, subnetId: undefined, replicaVersion: undefined };

void test("the assignment follows from membership, node record and running replica", () => {
  assert.deepEqual(deriveAssignment(none, undefined), { kind: "unassigned" });
  assert.deepEqual(deriveAssignment({ ...none, registered: false }, undefined), { kind: "removed" });
  assert.deepEqual(deriveAssignment({ ...none, subnetId: "s" }, undefined), { kind: "assigned", subnetId: "s" });
  assert.deepEqual(deriveAssignment(none, "s"), { kind: "leaving", subnetId: "s" });
  assert.deepEqual(deriveAssignment({ ...none, subnetId: "t" }, "s"), { kind: "assigned", subnetId: "t" });
});

void test("a node that moved to another subnet stops the old replica before it starts the new one", () => {
  const assigned = { kind: "assigned", subnetId: "t" } as const;
  assert.deepEqual(planReplica(assigned, "s", undefined), { kind: "stop" });
  assert.deepEqual(planReplica(assigned, undefined, undefined), { kind: "keep-running", subnetId: "t" });
});

void test("a wanted upgrade keeps a replica from starting, not from running", () => {
  const assigned = { kind: "assigned", subnetId: "s" } as const;
  assert.deepEqual(planReplica(assigned, undefined, "v2"), { kind: "nothing" });
  assert.deepEqual(planReplica(assigned, "s", "v2"), { kind: "keep-running", subnetId: "s" });
});

void test("a blank or missing version wants no upgrade", () => {
  assert.equal(wantedUpgrade(none, "v1"), undefined);
  assert.equal(wantedUpgrade({ ...none, replicaVersion: "" }, "v1"), undefined);
  assert.equal(wantedUpgrade({ ...none, replicaVersion: "v1" }, "v1"), undefined);
  assert.equal(wantedUpgrade({ ...none, replicaVersion: "v2" }, "v1"), "v2");
});

void test("the console hears of transitions only, and when it is safe to switch off", () => {
  const assigned = { kind: "assigned", subnetId: "s" } as const;
  const leaving = { kind: "leaving", subnetId: "s" } as const;
  assert.equal(transitionLine(assigned, assigned), undefined);
  assert.equal(transitionLine(undefined, { kind: "unassigned" }), "The node is unassigned.");
  assert.match(transitionLine(assigned, leaving) ?? "", /Do not switch it off/);
  assert.match(transitionLine(leaving, { kind: "unassigned" }) ?? "", /may be switched off/);
  assert.doesNotMatch(transitionLine(assigned, { kind: "unassigned" }) ?? "", /switched off/);
});
