import assert from "node:assert/strict";
import { test } from "node:test";
import { put, registryKey, remove, SubnetListRecordSchema, SubnetType, type Mutation } from "../index.ts";
import type { Principal } from "@icos/certification";
import { NNS_SUBNET, person } from "../../test/network.ts";
import { changeSubnet, populated, violations } from "../../test/violations.ts";

const list = (...subnets: readonly Principal[]): Mutation =>
  put("update", registryKey.subnetList, SubnetListRecordSchema, { subnets: subnets.map((id) => id.toUint8Array()) });

void test("a listed subnet has a record and is listed once", () => {
  const { network, subnet } = populated();
  assert.match(
    violations(network, list(subnet, person("x"))).join(),
    /^subnet-list: Subnet .* is listed but has no record/,
  );
  assert.match(violations(network, list(subnet, subnet)).join(), /^subnet-list: subnet_list repeats a subnet/);
  const gone = violations(network, remove(registryKey.subnetRecord(subnet)));
  assert.match(gone.join(), /^subnet-list: Subnet .* is listed but has no record/);
});

void test("there is a system subnet: the root subnet, or a listed one", () => {
  const { network, subnet } = populated();
  const last = changeSubnet(network, NNS_SUBNET, { subnetType: SubnetType.APPLICATION });
  assert.match(violations(network, last).join(), /^subnet-list: There is no system subnet/);
  const other = changeSubnet(network, subnet, { subnetType: SubnetType.SYSTEM });
  assert.deepEqual(violations(network, last, other), []);
});
