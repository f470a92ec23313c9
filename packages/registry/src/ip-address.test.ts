import assert from "node:assert/strict";
import { test } from "node:test";
import { comparableIp, isPlainIp } from "./ip-address.ts";

void test("spellings of one address compare equal, other addresses do not", () => {
  const same = ["2001:db8::1", "2001:DB8:0:0::1", "2001:0db8:0000:0000:0000:0000:0000:0001"];
  assert.deepEqual([...new Set(same.map(comparableIp))], ["2001:db8::1"]);
  const mapped = ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:c000:0201"];
  assert.deepEqual([...new Set(mapped.map(comparableIp))], ["192.0.2.1"]);
  assert.notEqual(comparableIp("::192.0.2.1"), "192.0.2.1");
  assert.equal(comparableIp("host"), "host");
});

void test("an address has no zone, port or brackets", () => {
  const good = ["::", "fe80::1", "10.0.0.1", "::ffff:10.0.0.1"];
  const bad = ["fe80::1%eth0", "[::1]", "10.0.0.1:80", "010.0.0.1", "10.1", "", "::1/64"];
  assert.ok(good.every(isPlainIp));
  assert.ok(!bad.some(isPlainIp));
});
