import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, nextSlot, planCommit, planConfirm, planInstall, type BootState } from "./boot-state.ts";
import { runningSlot, type Slot } from "./slot.ts";

const state = (alternative: Slot, cycle: BootState["cycle"]): BootState => ({ alternative, cycle });

void test("a boot advances every state as upstream's table says", () => {
  const table: [BootState, BootState, Slot, string][] = [
    [state("A", "install"), state("A", "stable"), "A", "install"],
    [state("B", "install"), state("B", "stable"), "B", "install"],
    [state("A", "stable"), state("A", "stable"), "A", "stable"],
    [state("B", "stable"), state("B", "stable"), "B", "stable"],
    [state("A", "first_boot"), state("A", "failsafe_check"), "A", "upgrade"],
    [state("B", "first_boot"), state("B", "failsafe_check"), "B", "upgrade"],
    [state("A", "failsafe_check"), state("B", "stable"), "B", "failsafe"],
    [state("B", "failsafe_check"), state("A", "stable"), "A", "failsafe"],
  ];
  for (const [from, next, boots, label] of table) {
    assert.deepEqual(advance(from), { next, boots, label });
    assert.equal(nextSlot(from), boots);
  }
});

void test("an install goes to the other slot, and only from the confirmed one", () => {
  assert.deepEqual(planInstall(state("A", "stable"), "A"), { kind: "install", slot: "B" });
  assert.deepEqual(planInstall(state("B", "stable"), "B"), { kind: "install", slot: "A" });
  for (const [refused, running, reason] of [
    [state("A", "stable"), "B", "slot B runs, and slot A is the confirmed one"],
    [state("B", "first_boot"), "A", "an upgrade to slot B waits for its first boot"],
    [state("B", "failsafe_check"), "B", "slot B has not confirmed its first boot"],
    [state("A", "install"), "A", "the installed system has not been confirmed"],
  ] as const) {
    assert.deepEqual(planInstall(refused, running), { kind: "refused", reason });
    if (refused.cycle !== "first_boot") assert.deepEqual(planCommit(refused, running), { kind: "refused", reason });
  }
});

void test("a commit is done once", () => {
  assert.deepEqual(planCommit(state("A", "stable"), "A"), { kind: "write", next: state("B", "first_boot") });
  assert.deepEqual(planCommit(state("B", "first_boot"), "A"), { kind: "unchanged" });
  assert.equal(planCommit(state("B", "first_boot"), "B").kind, "refused");
});

void test("a confirmation writes only what is not confirmed", () => {
  assert.deepEqual(planConfirm(state("A", "stable"), "A"), { kind: "unchanged" });
  assert.deepEqual(planConfirm(state("B", "failsafe_check"), "B"), { kind: "write", next: state("B", "stable") });
  assert.deepEqual(planConfirm(state("A", "install"), "A"), { kind: "write", next: state("A", "stable") });
  assert.equal(planConfirm(state("B", "failsafe_check"), "A").kind, "refused");
  assert.equal(planConfirm(state("B", "first_boot"), "B").kind, "refused");
});

void test("a confirmation by the old slot does not confirm a committed upgrade", () => {
  assert.deepEqual(planConfirm(state("B", "first_boot"), "A"), { kind: "unchanged" });
});

void test("the running slot is read from the kernel command line", () => {
  assert.equal(runningSlot("root=/dev/vda5 dfinity.system=B quiet\n"), "B");
  assert.throws(() => runningSlot("root=/dev/vda5 notdfinity.system=A"), { code: "slot-unknown" });
  assert.throws(() => runningSlot("dfinity.system=C"), { code: "slot-unknown", message: /C; it must be A or B/ });
  assert.throws(() => runningSlot("dfinity.system=A dfinity.system=B"), { message: /A and B/ });
});
