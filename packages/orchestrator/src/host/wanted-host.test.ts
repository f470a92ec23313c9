import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import { urlsFor } from "./wanted-host.ts";
import { pauseAfter, planHostUpgrade } from "./plan-host-upgrade.ts";

const node = (...bytes: number[]): Principal => Principal.fromUint8Array(Uint8Array.from(bytes));

void test("URLs are rotated to the right by the exclusive or of the node id's bytes.", () => {
  assert.deepEqual(urlsFor(node(0), ["a", "b", "c"]), ["a", "b", "c"]);
  assert.deepEqual(urlsFor(node(5, 4), ["a", "b", "c"]), ["c", "a", "b"]);
  assert.deepEqual(urlsFor(node(7, 2), ["a", "b", "c"]), ["b", "c", "a"]);
  assert.deepEqual(urlsFor(node(7), ["a"]), ["a"]);
  assert.deepEqual(urlsFor(node(7), []), []);
});

void test("Pauses are a minute, then 1.75 times as long each, at most two hours, half as long or half as long again.", () => {
  assert.deepEqual(
    [0, 1, 2].map((failures) => pauseAfter(failures, 0.5)),
    [60_000, 105_000, 183_750],
  );
  assert.equal(pauseAfter(1_000, 0.5), 7_200_000);
  assert.deepEqual([pauseAfter(0, 0), pauseAfter(0, 0.999_999)], [30_000, 90_000]);
});

void test("A clock that was set back does not make the wait for a host that went back longer.", () => {
  const wanted = { version: "h2", urls: ["https://a.example"], sha256: "2" };
  const asked = { version: "h2", sha256: "2", at: 1_000_000 };
  const plan = planHostUpgrade({ wanted, running: "h1", asked, now: 0 });
  assert.deepEqual(plan, { kind: "went-back", target: wanted, againIn: 7_200_000 });
});
