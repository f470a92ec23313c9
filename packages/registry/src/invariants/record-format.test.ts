import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mutation, RECORD_SCHEMAS } from "../index.ts";
import { populated, violations } from "../../test/violations.ts";

const garbage = (key: string): Mutation => ({ kind: "upsert", key, value: Buffer.from("ff", "hex") });

void test("bytes that are no record are refused for every kind of key, and nothing else is said", () => {
  const { network } = populated();
  for (const family of RECORD_SCHEMAS.keys()) {
    const found = violations(network, garbage(`${family}${family.endsWith("_") ? "x" : ""}`));
    assert.match(found.join(), new RegExp(`^record-format: ${family}.* does not hold a `));
    assert.equal(found.length, 1);
  }
});

void test("keys of no known family are let be", () => {
  const { network } = populated();
  assert.deepEqual(violations(network, garbage("something_else")), []);
});
