import assert from "node:assert/strict";
import { test } from "node:test";
import { pauseAfter, planHostUpgrade, type HostUpgradePlan } from "./plan-host-upgrade.ts";

const HOUR = 3_600_000;

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
  const asked = { version: "h2", sha256: "2", at: 1_000_000, tries: 1 };
  const plan = planHostUpgrade({ wanted, running: "h1", asked, now: 0 });
  assert.deepEqual(plan, { kind: "went-back", target: wanted, againIn: 7_200_000 });
});

void test("The wait doubles with each try of a version, up to a day; what was asked for earlier does not count for another.", () => {
  const wanted = { version: "h2", urls: ["https://a.example"], sha256: "2" };
  const after = (tries: number, now: number, sha256 = "2"): HostUpgradePlan =>
    planHostUpgrade({ wanted, running: "h1", asked: { version: "h2", sha256, at: 0, tries }, now });
  for (const [before, hours] of [2, 4, 8, 16, 24, 24].entries()) {
    const tries = before + 1;
    assert.deepEqual(after(tries, hours * HOUR - 1), { kind: "went-back", target: wanted, againIn: 1 });
    assert.deepEqual(after(tries, hours * HOUR), { kind: "ask", target: wanted, tries: tries + 1 });
  }
  assert.equal(after(5_000, 24 * HOUR).kind, "ask");
  assert.deepEqual(after(5, 0, "3"), { kind: "ask", target: wanted, tries: 1 });
});
