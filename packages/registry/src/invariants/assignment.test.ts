import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiBoundaryNodeRecordSchema, type Mutation, put, registryKey, SubnetRecordSchema } from "../index.ts";
import type { Principal } from "@icos/certification";
import { person, VERSION } from "../../test/network.ts";
import { a, b, changeNode, changeSubnet, populated, violations } from "../../test/violations.ts";

const domain = (name: string) => ({ domain: name });
const boundary = (node: Principal): Mutation =>
  put("insert", registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, { version: VERSION });

void test("a node is not a member of a subnet and at the API boundary, whichever comes first", () => {
  const { network, subnet } = populated();
  assert.match(
    violations(network, changeNode(network, a, domain("a.example")), boundary(a)).join(),
    /^assignment: Node .* is an API boundary node and a member/,
  );
  network.write([changeNode(network, b, domain("b.example")), boundary(b)]);
  const join = changeSubnet(network, subnet, { membership: [a.toUint8Array(), b.toUint8Array()] });
  assert.match(violations(network, join).join(), /^assignment: Node .* is an API boundary node and a member/);
});

void test("members of subnets that are not listed count too", () => {
  const { network } = populated();
  network.write([changeNode(network, b, domain("b.example")), boundary(b)]);
  const record = put("insert", registryKey.subnetRecord(person("subnet")), SubnetRecordSchema, {
    membership: [b.toUint8Array()],
  });
  assert.match(violations(network, record).join(), /^assignment: Node .* and a member in subnet_record_/);
});
