import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { deriveAssignment, planReplica, transitionLine, wantedUpgrade, type Membership } from "./assignment.ts";

const subnet = fc.constantFrom("subnet-a", "subnet-b");
const version = fc.constantFrom("v1", "v2", "");
const membership: fc.Arbitrary<Membership> = fc.record({
  registered: fc.boolean(),
  subnetId: fc.option(subnet, { nil: undefined }),
  replicaVersion: fc.option(version, { nil: undefined }),
});

void test("a replica runs in the end exactly when a subnet lists the node and asks for the running version", () => {
  fc.assert(
    fc.property(membership, fc.option(subnet, { nil: undefined }), (registry, initial) => {
      let running: string | undefined = initial;
      const upgrade = wantedUpgrade(registry, "v1");
      for (let check = 0; check < 3; check += 1) {
        const step = planReplica(deriveAssignment(registry, running), running, upgrade);
        if (step.kind === "stop") running = undefined;
        if (step.kind === "keep-running") running = step.subnetId;
      }
      const kept = initial === registry.subnetId;
      const expected = upgrade === undefined || kept ? registry.subnetId : undefined;
      assert.equal(running, expected);
    }),
    { seed: 1 },
  );
});

void test("a sequence of registry states never leaves two subnets' replicas behind each other without a stop", () => {
  fc.assert(
    fc.property(fc.array(membership, { maxLength: 20 }), (states) => {
      let running: string | undefined;
      for (const registry of states) {
        const assignment = deriveAssignment(registry, running);
        const step = planReplica(assignment, running, wantedUpgrade(registry, "v1"));
        if (step.kind === "keep-running") {
          assert.ok(running === undefined || running === step.subnetId);
          assert.equal(registry.subnetId, step.subnetId);
          running = step.subnetId;
        } else if (step.kind === "stop") {
          assert.notEqual(running, undefined, "only what runs is stopped");
          assert.notEqual(registry.subnetId, running, "a member's replica is not stopped");
          running = undefined;
        }
      }
    }),
    { seed: 1 },
  );
});

void test("a node is told to be safe to switch off only when nothing of it runs and no subnet lists it", () => {
  fc.assert(
    fc.property(membership, membership, fc.option(subnet, { nil: undefined }), (before, after, running) => {
      const from = deriveAssignment(before, running);
      const to = deriveAssignment(after, running);
      if (transitionLine(from, to)?.includes("may be switched off") === true) {
        assert.equal(running, undefined);
        assert.equal(after.subnetId, undefined);
      }
    }),
    { seed: 1 },
  );
});
