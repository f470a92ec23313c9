import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apiBoundaryNode,
  node,
  noNode,
  principal,
  subnet,
  subnetList,
  unassignedNodes,
  WrittenRegistry,
} from "../test/written-registry.ts";
import { deriveAssignment } from "./assignment.ts";
import { membershipOf } from "./node-registry.ts";

const config = unassignedNodes({ replicaVersion: "v0", sshReadonlyAccess: [] });
const own = node("own", "2001:db8::1");
const home = [subnetList("home"), subnet("home", ["peer", "own"])];
const homeId = principal("home").toText();

void test("where a node stands, and its version, follow from the records", () => {
  for (const [what, changes, assignment, replicaVersion] of [
    ["no record of the node", [config, noNode("own")], { kind: "removed" }, "v0"],
    ["a node record alone", [config, own], { kind: "unassigned" }, "v0"],
    ["an API boundary node", [config, own, apiBoundaryNode("own", "v7")], { kind: "unassigned" }, "v7"],
    ["a member of a listed subnet", [config, own, ...home], { kind: "assigned", subnetId: homeId }, "v1"],
    [
      "a member that is an API boundary node",
      [config, own, ...home, apiBoundaryNode("own", "v7")],
      { kind: "assigned", subnetId: homeId },
      "v1",
    ],
    ["a member of a subnet that is not listed", [config, own, subnet("home", ["own"])], { kind: "unassigned" }, "v0"],
    [
      "a subnet that starts as an NNS",
      [config, own, subnetList("home"), subnet("home", ["own"], { startAsNns: true })],
      { kind: "unassigned" },
      "v0",
    ],
    ["no configuration", [own], { kind: "unassigned" }, undefined],
  ] as const) {
    const membership = membershipOf(new WrittenRegistry(changes), principal("own"));
    assert.deepEqual(deriveAssignment(membership, undefined), assignment, what);
    assert.equal(membership.replicaVersion, replicaVersion, what);
  }
});

void test("a node that was removed and is added again is unassigned", () => {
  const registry = new WrittenRegistry([config, own], [noNode("own")], [own]);
  assert.deepEqual(deriveAssignment(membershipOf(registry, principal("own")), undefined), { kind: "unassigned" });
});
