import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import {
  ChainKeyConfigSchema,
  ChainKeyEnabledSubnetListSchema,
  type Mutation,
  put,
  remove,
  registryKey,
  SchnorrAlgorithm,
  SubnetListRecordSchema,
} from "../index.ts";
import { person } from "../../test/network.ts";
import { changeSubnet, populated, violations } from "../../test/violations.ts";

const keyId = { keyId: { case: "schnorr", value: { algorithm: SchnorrAlgorithm.ED25519, name: "a" } } } as const;
const holds = {
  chainKeyConfig: create(ChainKeyConfigSchema, {
    keyConfigs: [{ keyId, maxQueueSize: 1, preSignaturesToCreateInAdvance: 1 }],
  }),
};
const list = (...subnets: readonly Principal[]): Mutation =>
  put("upsert", "master_public_key_id_schnorr:Ed25519:a", ChainKeyEnabledSubnetListSchema, {
    subnets: subnets.map((id) => ({ principalId: { raw: id.toUint8Array() } })),
  });

void test("a subnet that takes requests for a key exists and holds it", () => {
  const { network, subnet } = populated();
  assert.match(violations(network, list(person("x"))).join(), /^chain-key-subnets: .*which has no record/);
  assert.match(violations(network, list(subnet)).join(), /^chain-key-subnets: .*does not have that key/);
  assert.deepEqual(violations(network, list(subnet), changeSubnet(network, subnet, holds)), []);
});

void test("it keeps the key and the record while it is on the list", () => {
  const { network, subnet } = populated();
  network.write([list(subnet), changeSubnet(network, subnet, holds)]);
  const without = changeSubnet(network, subnet, { chainKeyConfig: undefined });
  assert.match(violations(network, without).join(), /^chain-key-subnets: .*does not have that key/);
  assert.deepEqual(violations(network, without, list()), []);
  const gone = [
    remove(registryKey.subnetRecord(subnet)),
    put("update", registryKey.subnetList, SubnetListRecordSchema, {}),
  ];
  assert.match(violations(network, ...gone).join(), /^chain-key-subnets: .*which has no record/);
});
