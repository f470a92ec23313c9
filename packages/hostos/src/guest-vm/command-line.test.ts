import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGuestVmCommand } from "./command-line.ts";

void test("upstream's commands of the runner", () => {
  assert.deepEqual(parseGuestVmCommand(["run", "--type", "default"]), {
    kind: "run",
    role: { type: "default", slot: 0 },
  });
  assert.deepEqual(parseGuestVmCommand(["run", "--type=upgrade"]), { kind: "run", role: { type: "upgrade" } });
  assert.deepEqual(parseGuestVmCommand(["run", "--slot", "16"]), { kind: "run", role: { type: "default", slot: 16 } });
  assert.deepEqual(parseGuestVmCommand(["reserve-hugepages"]), { kind: "reserve-hugepages" });
});

void test("anything else is refused with what can be used", () => {
  const wrong = [
    [],
    ["stop"],
    ["run"],
    ["run", "--type", "other"],
    ["run", "--type", "default", "--slot", "1"],
    ["run", "--slot", "256"],
    ["run", "--slot", "-1"],
    ["run", "--slot", "1e1"],
    ["run", "--fast"],
    ["run", "now", "--type", "default"],
    ["reserve-hugepages", "--slot", "1"],
  ];
  for (const args of wrong) {
    assert.throws(() => parseGuestVmCommand(args), { code: "usage", next: /reserve-hugepages/ }, args.join(" "));
  }
});
