import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimits } from "../index.ts";
import { OPERATOR, PROVIDER, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";
import type { RateLimitBucket } from "./rate-limits.ts";

const SECOND = 1_000_000_000n;

/** Charges and commits; whether there was room. */
function take(limits: RateLimits, bucket: RateLimitBucket, seconds: number, factor = 1): boolean {
  const reservation = limits.reserve(BigInt(seconds) * SECOND);
  try {
    reservation.charge({ bucket, name: "x", factor });
  } catch {
    return false;
  }
  limits.commit(reservation.levels());
  return true;
}

for (const [bucket, capacity, refill] of [
  ["operator", 140, 4_320],
  ["provider", 140, 4_320],
  ["httpIp", 7, 86_400],
  ["swapSubnet", 1, 14_400],
  ["swapOperator", 1, 86_400],
] as const) {
  void test(`the bucket ${bucket} holds ${capacity} and takes one more every ${refill} s`, () => {
    const limits = new RateLimits();
    for (let count = 0; count < capacity; count++) assert.ok(take(limits, bucket, 1000));
    assert.ok(!take(limits, bucket, 1000 + refill - 1));
    assert.ok(take(limits, bucket, 1000 + refill));
    assert.ok(!take(limits, bucket, 1000 + 2 * refill - 1));
    assert.ok(take(limits, bucket, 1000 + 2 * refill));
    // Empty after a long time, and not emptier than empty.
    const later = 1000 + (capacity + 50) * refill;
    for (let count = 0; count < capacity; count++) assert.ok(take(limits, bucket, later));
    assert.ok(!take(limits, bucket, later));
  });
}

void test("a listed provider has ten times the calls, ten times as fast", () => {
  const limits = new RateLimits();
  for (let count = 0; count < 1400; count++) assert.ok(take(limits, "provider", 1000, 10));
  assert.ok(!take(limits, "provider", 1000 + 431, 10));
  assert.ok(take(limits, "provider", 1000 + 432, 10));
});

void test("what is not committed does not count, and levels can be stored and taken up again", () => {
  const limits = new RateLimits();
  const reservation = limits.reserve(1000n * SECOND);
  for (let count = 0; count < 7; count++) reservation.charge({ bucket: "httpIp", name: "x" });
  assert.ok(take(limits, "httpIp", 1000));
  assert.deepEqual(reservation.levels(), [{ id: "httpIp x", used: 7, at: 1000, emptyAt: 1000 + 7 * 86_400 }]);
  const again = new RateLimits(reservation.levels());
  assert.ok(!take(again, "httpIp", 1000));
  assert.ok(take(again, "httpIp", 1000 + 86_400));
});

void test("a clock that goes back does not fill or empty a bucket", () => {
  const limits = new RateLimits([{ id: "swapSubnet x", used: 1, at: 100_000, emptyAt: 114_400 }]);
  assert.ok(!take(limits, "swapSubnet", 50_000));
  assert.ok(take(limits, "swapSubnet", 114_400));
});

void test("an operator's calls count for it and its provider; a refused one does not", () => {
  const registry = new TestNetwork({ rateLimits: true });
  const { id } = testNode(0);
  registry.join(testNode(0));
  const domain = (text: string) => registry.try("update_node_domain_directly", { node_id: id, domain: text }, OPERATOR);
  for (let count = 0; count < 200; count++) assert.equal(domain("no domain"), "domain-malformed");
  for (let count = 0; count < 140; count++) assert.equal(domain("node.example"), undefined);
  assert.equal(domain("node.example"), "rate-limited");
  assert.equal(registry.try("update_node_ipv4_config_directly", { node_id: id }, OPERATOR), "rate-limited");
  assert.equal(registry.try("remove_node_directly", { node_id: id }, OPERATOR), "rate-limited");
  const transfer = { node_operator_id: OPERATOR, node_provider_id: OPERATOR };
  assert.equal(registry.try("update_node_operator_config_directly", transfer, PROVIDER), "rate-limited");
  registry.time += 4_320n * SECOND;
  assert.equal(domain("node.example"), undefined);
});

void test("providers on the list may call more often", () => {
  const registry = new TestNetwork({ rateLimits: true, listedProviders: [PROVIDER] });
  const { id } = testNode(0);
  registry.join(testNode(0));
  for (let count = 0; count < 200; count++) {
    registry.do("update_node_domain_directly", { node_id: id, domain: "node.example" }, OPERATOR);
  }
});
