import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRecoveryFile } from "./request.ts";

const VERSION = "a1".repeat(20);
const HASH = "b2".repeat(32);
const RECOVERY = "c3".repeat(32);

void test("a request is read from JSON and from words of an announcement", () => {
  const whole = { version: VERSION, "version-hash": HASH, "recovery-hash": RECOVERY };
  assert.deepEqual(parseRecoveryFile(JSON.stringify(whole), "recovery.json"), whole);
  const words = `version=${VERSION} version-hash=${HASH}\r\nrecovery-hash=${RECOVERY}\n`;
  assert.deepEqual(parseRecoveryFile(words, "recovery.txt"), whole);
  assert.deepEqual(parseRecoveryFile(`version=${VERSION}\nversion-hash=${HASH}`, "recovery.txt"), {
    version: VERSION,
    "version-hash": HASH,
  });
});

void test("every mistake of a request is named, and nothing is guessed", () => {
  const cases: [string, RegExp][] = [
    ["", /version.*version-hash/s],
    ["version", /a word that is not key=value/],
    [`version=${VERSION} version=${VERSION}`, /says version twice/],
    [`version=${VERSION.toUpperCase()} version-hash=${HASH.slice(1)}`, /version: is not 40 .*version-hash: is not 64/],
    [`version=${VERSION} version-hash=${HASH} bases=http://x`, /bases/],
    [`{"version": "${VERSION}", "version-hash": "${HASH}", "recovery-hash": "${HASH}\\n"}`, /recovery-hash/],
    ["{", /not JSON/],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parseRecoveryFile(text, "recovery.txt"), { code: "bad-recovery-request", message }, text);
});
