import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunState } from "../guest-vm/run-state.ts";
import type { GuestVm } from "./situation.ts";
import type { UnitState } from "./unit-states.ts";
import { guestVmOf } from "./vm-facts.ts";

const run = (state: RunState["state"], failures = 0): RunState => ({
  version: 1,
  name: "guestos",
  state,
  boots: 1,
  failures,
  lastFailure: failures === 0 ? null : { at: 5, reason: "QEMU ended" },
  machine: null,
  warnings: [],
});

const unit = (active: string, result = "success", restarts = 0): UnitState => ({
  name: "guestos.service",
  description: "",
  active,
  sub: "",
  result,
  restarts,
  since: "",
});

const RUNNING = { kind: "running", since: 3, pid: 1, directBoot: true, slot: "A", label: "stable" } as const;

void test("what runner and systemd say becomes what the page tells", () => {
  const cases: [RunState | undefined, UnitState | undefined, GuestVm][] = [
    [undefined, undefined, { kind: "unknown" }],
    [run({ kind: "starting", since: 1 }), unit("activating"), { kind: "starting", since: 1 }],
    [run({ ...RUNNING, boot: "booted" }), unit("active"), { kind: "running", since: 3, bootFailed: false }],
    [run({ ...RUNNING, boot: "failed" }), undefined, { kind: "running", since: 3, bootFailed: true }],
    [
      run({ kind: "waiting", since: 1, reason: "QEMU ended", retryAt: 9 }, 4),
      unit("active"),
      { kind: "failed", failures: 4, reason: "QEMU ended", retryAt: 9 },
    ],
    [
      run({ kind: "failed", since: 1, reason: "no disk", code: null, next: null }, 1),
      unit("activating", "exit-code", 6),
      { kind: "failed", failures: 6, reason: "no disk", retryAt: undefined },
    ],
    [run({ kind: "stopped", since: 1 }), unit("inactive"), { kind: "stopped" }],
    [run({ kind: "stopping", since: 1, deadline: 2 }), undefined, { kind: "stopped" }],
    [
      run({ ...RUNNING, boot: "booted" }, 0),
      unit("failed", "oom-kill"),
      { kind: "failed", failures: 1, reason: "its service ended with oom-kill", retryAt: undefined },
    ],
  ];
  for (const [state, about, expected] of cases) assert.deepEqual(guestVmOf(state, about), expected);
});
