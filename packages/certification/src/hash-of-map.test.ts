import { test } from "node:test";
import assert from "node:assert/strict";
import { requestIdOf } from "@icp-sdk/core/agent";
import { hash } from "node:crypto";
import { hashOfMap, requestId } from "./hash-of-map.ts";
import { encodeSignedLeb128, encodeUnsignedLeb128, decodeUnsignedLeb128 } from "./leb128.ts";
import { concatBytes, utf8 } from "./bytes.ts";
import { Principal } from "./principal.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

void test("the request id of the specification's example is 1d1091…", () => {
  const id = requestId({
    request_type: "call",
    sender: Uint8Array.of(4),
    ingress_expiry: 1_685_570_400_000_000_000n,
    canister_id: Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 0xd2),
    method_name: "hello",
    arg: Buffer.from("4449444c00fd2a", "hex"),
  });
  assert.equal(hex(id), "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
});

void test("every kind of value hashes as another implementation does it", () => {
  const record = {
    text: "ürgh",
    blob: Uint8Array.of(1, 2, 3),
    list: [[Uint8Array.of(9)], ["x", 7]],
    number: 624_485,
    large: 2n ** 64n,
    nested: { arg: Uint8Array.of(), sub: { a: "b" } },
  };
  const principal = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
  assert.equal(
    hex(hashOfMap({ ...record, id: principal })),
    hex(requestIdOf({ ...record, id: principal, unused: undefined })),
  );
});

void test("a field that is undefined counts as left out", () => {
  assert.deepEqual(hashOfMap({ a: 1, b: undefined }), hashOfMap({ a: 1 }));
});

void test("a negative number is hashed as signed LEB128", () => {
  const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer");
  const field = concatBytes(sha256(utf8("n")), sha256(Buffer.from("c0bb78", "hex")));
  assert.equal(hex(hashOfMap({ n: -123_456n })), hex(sha256(field)));
});

void test("LEB128 takes the shortest form and is read back", () => {
  assert.equal(hex(encodeUnsignedLeb128(0n)), "00");
  assert.equal(hex(encodeUnsignedLeb128(624_485n)), "e58e26");
  assert.equal(hex(encodeSignedLeb128(-123_456n)), "c0bb78");
  assert.equal(hex(encodeSignedLeb128(64n)), "c000");
  const largest = 2n ** 64n - 1n;
  assert.equal(decodeUnsignedLeb128(encodeUnsignedLeb128(largest)), largest);
});

for (const [why, text] of [
  ["nothing", ""],
  ["an unfinished number", "80"],
  ["bytes after the number", "0000"],
  ["more than 64 bits", "ffffffffffffffffff02"],
] as const) {
  void test(`${why} is not a LEB128 number`, () => {
    assert.throws(() => decodeUnsignedLeb128(Buffer.from(text, "hex")), { code: "leb128-malformed" });
  });
}
