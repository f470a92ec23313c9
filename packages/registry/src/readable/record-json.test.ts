import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Principal } from "@icos/certification";
import { KeyPurpose, registryKey } from "../keys.ts";
import {
  AlgorithmId,
  DataCenterRecordSchema,
  encodeRecord,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  NodeRewardType,
  PublicKeySchema,
  RoutingTableSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
} from "../records.ts";
import { canisterIdOf, routingEntry } from "../mutations/routing.ts";
import { recordJson } from "./record-json.ts";

const node = Principal.fromUint8Array(Buffer.from("01020304", "hex"));
const operator = Principal.selfAuthenticating(Buffer.from("operator"));

void test("principals are textual, bytes hex, enums by name, and what is absent is null", () => {
  const bytes = encodeRecord(NodeRecordSchema, {
    nodeOperatorId: operator.toUint8Array(),
    chipId: Buffer.from("ab", "hex"),
    http: { ipAddr: "2001:db8::1", port: 8080 },
    nodeRewardType: NodeRewardType.TYPE3DOT1,
  });
  assert.deepEqual(recordJson(registryKey.nodeRecord(node), bytes), {
    xnet: null,
    http: { ip_addr: "2001:db8::1", port: 8080 },
    node_operator_id: operator.toText(),
    chip_id: "ab",
    hostos_version_id: null,
    public_ipv4_config: null,
    domain: null,
    node_reward_type: "type3dot1",
    ssh_node_state_write_access: [],
  });
});

void test("lists, maps, wrappers and messages around principals are what they hold", () => {
  const list = encodeRecord(SubnetListRecordSchema, { subnets: [node.toUint8Array()] });
  assert.deepEqual(recordJson(registryKey.subnetList, list), { subnets: [node.toText()] });
  const routing = encodeRecord(RoutingTableSchema, { entries: [routingEntry(node, 0n, 9n)] });
  assert.deepEqual(recordJson(registryKey.canisterRanges(canisterIdOf(0n)), routing), {
    entries: [
      {
        range: { start_canister_id: canisterIdOf(0n).toText(), end_canister_id: canisterIdOf(9n).toText() },
        subnet_id: node.toText(),
      },
    ],
  });
  const key = encodeRecord(PublicKeySchema, {
    algorithm: AlgorithmId.ED25519,
    keyValue: Buffer.from("0102", "hex"),
    timestamp: 5n,
  });
  const { algorithm, key_value, proof_data, timestamp } =
    recordJson(registryKey.cryptoRecord(node, KeyPurpose.nodeSigning), key) ?? {};
  assert.deepEqual([algorithm, key_value, proof_data, timestamp], ["ed25519", "0102", null, 5]);
  const record = encodeRecord(NodeOperatorRecordSchema, {
    nodeAllowance: 2n ** 60n,
    rewardableNodes: { type3: 1, type1: 2 },
  });
  const json = recordJson(registryKey.nodeOperatorRecord(operator), record);
  assert.deepEqual(
    [json?.["node_allowance"], json?.["rewardable_nodes"], json?.["node_operator_principal_id"]],
    ["1152921504606846976", { type1: 2, type3: 1 }, ""],
  );
});

void test("32-bit floats are as short as they were written", () => {
  const bytes = encodeRecord(DataCenterRecordSchema, { id: "zh2", gps: { latitude: 47.3769, longitude: -8.5 } });
  assert.deepEqual(recordJson(registryKey.dataCenterRecord("zh2"), bytes)?.["gps"], {
    latitude: 47.3769,
    longitude: -8.5,
  });
});

void test("a field and an enum value that the schema does not have are shown as they are", () => {
  const writer = new BinaryWriter();
  writer.tag(15, WireType.Varint).int32(77);
  writer.tag(900, WireType.LengthDelimited).bytes(Buffer.from("ff", "hex"));
  const json = recordJson(registryKey.subnetRecord(node), writer.finish());
  assert.deepEqual([json?.["subnet_type"], json?.["$unknown"]], [77, [{ field: 900, data: "01ff" }]]);
  const known = encodeRecord(SubnetRecordSchema, { subnetType: SubnetType.VERIFIED_APPLICATION });
  assert.equal(recordJson(registryKey.subnetRecord(node), known)?.["subnet_type"], "verified_application");
});

void test("a key of no kind has no record, and bytes that are none are refused by key", () => {
  assert.equal(recordJson("something_else", new Uint8Array()), undefined);
  assert.throws(() => recordJson(registryKey.subnetList, Buffer.from("ff", "hex")), {
    code: "registry-record-malformed",
    message: /^subnet_list does not hold/,
  });
});
