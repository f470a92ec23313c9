import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal, selfAuthenticating } from "@icos/certification";
import { parsePrincipal, principalBytes, principalText } from "./principal-text.ts";

void test("principals have the text that the agent's library gives them, whatever their length", () => {
  for (let length = 0; length <= 29; length++) {
    const bytes = Buffer.alloc(length, length * 37 + 1);
    const text = Principal.fromUint8Array(bytes).toText();
    assert.equal(principalText(bytes), text);
    assert.deepEqual(Buffer.from(principalBytes(text) ?? [1]), bytes);
  }
  assert.equal(principalText(new Uint8Array()), "aaaaa-aa");
  assert.equal(parsePrincipal("2vxsx-fae")?.toText(), Principal.anonymous().toText());
});

void test("what is not exactly a principal is none", () => {
  const text = selfAuthenticating(Buffer.from("x")).toText();
  const tooLong = principalText(new Uint8Array(30));
  for (const wrong of [
    "",
    "x",
    text.toUpperCase(),
    text.replaceAll("-", ""),
    `${text}-`,
    `b${text.slice(1)}`,
    tooLong,
  ]) {
    assert.equal(principalBytes(wrong), undefined, wrong);
  }
});
