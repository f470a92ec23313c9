import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeProtoRegistry, encodeProtoRegistry } from "../index.ts";

void test("a registry in one file has the bytes that its format says", () => {
  const versions = [
    { version: 1, changes: [{ key: "k", value: Uint8Array.of(7) }] },
    {
      version: 2,
      changes: [
        { key: "e", value: new Uint8Array() },
        { key: "k", value: undefined },
      ],
    },
  ];
  const bytes = encodeProtoRegistry(versions);
  // ProtoRegistryRecord { "k", 1, BytesValue { 07 } }, { "e", 2, BytesValue {} }, { "k", 2 }
  const byHand = "0a0a 0a016b 1001 1a03 0a0107 0a07 0a0165 1002 1a00 0a05 0a016b 1002";
  assert.equal(Buffer.from(bytes).toString("hex"), byHand.replaceAll(" ", ""));
  assert.deepEqual(decodeProtoRegistry(bytes, "registry.proto"), versions);
  assert.throws(() => decodeProtoRegistry(Uint8Array.of(0x0a, 9), "registry.proto"), {
    code: "registry-record-malformed",
  });
});
