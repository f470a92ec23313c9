import assert from "node:assert/strict";
import { test } from "node:test";
import { bitString, explicit, integer, objectIdentifier, sequence, time, utf8String } from "./der.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

void test("lengths take the short form up to 127 bytes and the shortest long form above", () => {
  const headerOf = (length: number): string => hex(sequence(new Uint8Array(length))).slice(0, -2 * length || undefined);
  assert.equal(headerOf(0), "3000");
  assert.equal(headerOf(127), "307f");
  assert.equal(headerOf(128), "308180");
  assert.equal(headerOf(255), "3081ff");
  assert.equal(headerOf(256), "30820100");
  assert.equal(headerOf(65_536), "3083010000");
});

void test("integers are minimal and positive", () => {
  assert.equal(hex(integer(Uint8Array.of())), "020100");
  assert.equal(hex(integer(Uint8Array.of(0, 0))), "020100");
  assert.equal(hex(integer(Uint8Array.of(0, 0x7f))), "02017f");
  assert.equal(hex(integer(Uint8Array.of(0x80))), "02020080");
});

void test("object identifiers encode parts above 127 in base 128", () => {
  assert.equal(hex(objectIdentifier("1.2.840.10045.2.1")), "06072a8648ce3d0201");
  assert.equal(hex(objectIdentifier("1.3.101.112")), "06032b6570");
  assert.equal(hex(objectIdentifier("2.5.4.3")), "0603550403");
});

void test("bit strings, text and explicit tags have their framing", () => {
  assert.equal(hex(bitString(Uint8Array.of(0xab))), "030200ab");
  assert.equal(hex(utf8String("é")), "0c02c3a9");
  assert.equal(hex(explicit(0, Uint8Array.of(5, 0))), "a0020500");
});

void test("times switch from UTCTime to GeneralizedTime in 2050", () => {
  assert.equal(time(new Date("2049-12-31T23:59:59.999Z")).toString("latin1"), "\x17\x0d491231235959Z");
  assert.equal(time(new Date("2050-01-01T00:00:00Z")).toString("latin1"), "\x18\x0f20500101000000Z");
});
