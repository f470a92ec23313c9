import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AlgorithmId,
  decodeRecord,
  encodeRecord,
  NodeRecordSchema,
  NodeRewardType,
  PublicKeySchema,
  SubnetRecordSchema,
  SubnetType,
} from "./index.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

void test("records have upstream's field numbers on the wire", () => {
  const node = {
    xnet: { ipAddr: "::1", port: 2497 },
    http: { ipAddr: "::1", port: 8080 },
    nodeOperatorId: Uint8Array.of(4),
    hostosVersionId: "h",
    domain: "d",
    nodeRewardType: NodeRewardType.TYPE3DOT1,
  };
  // 5, 6: endpoints {1: text, 2: number}; 15: operator; 17: HostOS version; 19: domain; 20: reward type.
  assert.equal(
    hex(encodeRecord(NodeRecordSchema, node)),
    "2a080a033a3a3110c11332080a033a3a3110903f7a01048a0101689a010164a00105",
  );
  // 3: members; 9: version; 15: type.
  const subnet = { membership: [Uint8Array.of(7)], replicaVersionId: "v", subnetType: SubnetType.APPLICATION };
  assert.equal(hex(encodeRecord(SubnetRecordSchema, subnet)), "1a01074a01767801");
  // 2: algorithm; 3: key; 4 and 5: wrapped values.
  const key = {
    algorithm: AlgorithmId.ED25519,
    keyValue: Uint8Array.of(9),
    proofData: Uint8Array.of(8),
    timestamp: 3n,
  };
  assert.equal(hex(encodeRecord(PublicKeySchema, key)), "10071a010922030a01082a020803");
});

void test("fields that are not known are written back", () => {
  const unknown = Buffer.from("4a0176fa2103616263", "hex"); // 9: version; 543: of a later schema
  const record = decodeRecord(SubnetRecordSchema, unknown, "subnet");
  record.replicaVersionId = "w";
  assert.equal(hex(encodeRecord(SubnetRecordSchema, record)), "4a0177fa2103616263");
});

void test("bytes that are no record are refused with the key", () => {
  assert.throws(() => decodeRecord(NodeRecordSchema, Uint8Array.of(0x2a, 9), "node_record_x"), {
    code: "registry-record-malformed",
    place: { key: "node_record_x" },
  });
});
