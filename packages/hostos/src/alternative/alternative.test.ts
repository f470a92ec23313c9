import assert from "node:assert/strict";
import { test } from "node:test";
import { serializeGrubenv, type BootState, type Slot } from "@icos/slots";
import { FakeGuest } from "../recovery/fake-recovery.ts";
import { showAlternative, swapAlternative } from "./alternative.ts";

const silent = (): void => undefined;

void test("the guest starts from the other slot, or the one that is named, on trial", async () => {
  const cases: [BootState, Slot | undefined, Slot][] = [
    [{ alternative: "A", cycle: "stable" }, undefined, "B"],
    [{ alternative: "B", cycle: "failsafe_check" }, undefined, "A"],
    [{ alternative: "A", cycle: "failsafe_check" }, "A", "A"],
    [{ alternative: "A", cycle: "install" }, "B", "B"],
  ];
  for (const [state, target, slot] of cases) {
    const guest = new FakeGuest(state);
    guest.handedOver = "the hash of a recovery whose version did not start";
    assert.equal(await swapAlternative(target, guest.modules(), silent), slot);
    assert.deepEqual(await showAlternative(guest.modules()), { alternative: slot, cycle: "first_boot" });
    assert.deepEqual(guest.log, ["stopped", "switched", "started"]);
    assert.equal(guest.handedOver, undefined);
  }
});

void test("a disk that says no slot needs one to be named, before the guest is stopped", async () => {
  const guest = new FakeGuest({ alternative: "A", cycle: "stable" });
  guest.block = serializeGrubenv({ entries: new Map([["other", "kept"]]) });
  assert.equal(await showAlternative(guest.modules()), undefined);
  await assert.rejects(swapAlternative(undefined, guest.modules(), silent), { code: "alternative-unknown" });
  assert.deepEqual(guest.log, []);
  assert.equal(await swapAlternative("B", guest.modules(), silent), "B");
  assert.match(guest.block.toString("latin1"), /other=kept/);
});

void test("an empty slot is refused before the guest is stopped", async () => {
  const guest = new FakeGuest({ alternative: "A", cycle: "stable" });
  guest.empty = "B";
  for (const target of [undefined, "B"] as const)
    await assert.rejects(swapAlternative(target, guest.modules(), silent), { code: "boot-artefacts-missing" });
  assert.deepEqual(guest.log, []);
  assert.equal(await swapAlternative("A", guest.modules(), silent), "A");
  // The slot that is confirmed is not put on trial, which could only end in the empty one.
  assert.deepEqual(await showAlternative(guest.modules()), { alternative: "A", cycle: "stable" });
});

void test("nothing is swapped, and nobody is stopped, while a recovery is under way", async () => {
  const guest = new FakeGuest({ alternative: "A", cycle: "stable" });
  guest.recoveryUnderWay = true;
  await assert.rejects(swapAlternative(undefined, guest.modules(), silent), { code: "recovery-under-way" });
  assert.deepEqual(guest.log, []);
});

void test("the guest is started again when the switch fails, and a failure to start it is told", async () => {
  const guest = new FakeGuest({ alternative: "A", cycle: "stable" });
  const modules = guest.modules();
  const stop = async (): Promise<void> => {
    guest.log.push("stop failed");
    throw new Error("it does not stop");
  };
  const stuck = { ...modules, guest: { ...modules.guest, stop } };
  await assert.rejects(swapAlternative(undefined, stuck, silent), { message: "it does not stop" });
  assert.deepEqual(guest.log, ["stop failed", "started"]);
  const start = async (): Promise<void> => {
    throw new Error("no");
  };
  const dead = { ...modules, guest: { ...modules.guest, start } };
  await assert.rejects(swapAlternative(undefined, dead, silent), { code: "guest-not-started", message: /slot B/ });
});
