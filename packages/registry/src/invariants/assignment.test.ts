import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiBoundaryNodeRecordSchema, type Mutation, put, registryKey } from "../index.ts";
import type { Principal } from "@icos/certification";
import { person, VERSION } from "../../test/network.ts";
import { a, b, changeSubnet, populated, violations } from "../../test/violations.ts";

const boundary = (node: Principal): Mutation =>
  put("insert", registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, { version: VERSION });

void test("a node is not a member of a subnet and at the API boundary, whichever comes first", () => {
  const { network, subnet } = populated();
  assert.match(violations(network, boundary(a)).join(), /^assignment: Node .* is an API boundary node and a member/);
  network.write([boundary(b)]);
  const join = changeSubnet(network, subnet, { membership: [a.toUint8Array(), b.toUint8Array()] });
  assert.match(violations(network, join).join(), /^assignment: Node .* is an API boundary node and a member/);
});

void test("an API boundary node is a node", () => {
  const { network } = populated();
  assert.match(violations(network, boundary(person("nobody"))).join(), /^assignment: .* has no node record/);
});
