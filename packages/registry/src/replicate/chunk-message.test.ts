import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeChunkReply, encodeChunkRequest } from "./chunk-message.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
/** Types as candid's Rust library writes them: variant { Ok : 1; Err : text }, record { content : 2 }, opt 3, vec nat8. */
const TYPES = "4449444c 04 6b02 bc8a01 01 c5fed201 71 6c01 b99adecb01 02 6e03 6d7b 01 00";

void test("the request is candid for a record of an optional blob", () => {
  const request = encodeChunkRequest(Buffer.alloc(32, 0xab));
  assert.deepEqual(request.subarray(0, 4).toString(), "DIDL");
  assert.deepEqual(request.subarray(-34), Buffer.concat([hex("01 20"), Buffer.alloc(32, 0xab)]));
});

void test("a reply has the chunk, or the registry's reason for not having it", () => {
  assert.deepEqual(decodeChunkReply(hex(`${TYPES} 00 01 03 aabbcc`)), hex("aabbcc"));
  assert.throws(() => decodeChunkReply(hex(`${TYPES} 01 02 6e6f`)), { code: "registry-chunk-missing", message: /no$/ });
});

void test("every other reply is malformed", () => {
  const good = `${TYPES} 00 01 03 aabbcc`;
  const cut = hex(good);
  for (let length = 0; length < cut.length; length++) {
    assert.throws(() => decodeChunkReply(cut.subarray(0, length)), { code: "registry-answer-malformed" }, `${length}`);
  }
  for (const [what, bytes] of [
    ["bytes behind the end", `${good} 00`],
    ["no content", `${TYPES} 00 00`],
    ["an unknown alternative", `${TYPES} 02 00`],
    ["another magic", `4449444d${good.slice(8)}`],
    ["a text instead of a blob", good.replace("6d7b", "6d71")],
    ["an endless number", "4449444c ffffffffffffff"],
  ] as const) {
    assert.throws(() => decodeChunkReply(hex(bytes)), { code: "registry-answer-malformed" }, what);
  }
});
