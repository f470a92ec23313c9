import assert from "node:assert/strict";
import { test } from "node:test";
import { confirmBoot, installTarget, newGrubenv, prepareBoot, type GrubenvStore } from "@icos/slots";
import { silentLogger } from "@icos/system";
import { recordBoot } from "./record-boot.ts";

/** Slot B of an upgrade, booted by a GRUB that could not write. */
function notStored(): GrubenvStore {
  let block: Uint8Array = newGrubenv({ alternative: "B", cycle: "first_boot" });
  return { name: "grubenv", read: async () => block, write: async (next) => void (block = next) };
}

void test("A version whose first boot the host has stored can be confirmed, which it could not be before.", async () => {
  const store = notStored();
  await assert.rejects(confirmBoot(store, "B"), { code: "confirm-refused" });
  assert.equal(await recordBoot(store, "B", silentLogger), "B failsafe_check");
  await confirmBoot(store, "B");
  const { boots, label } = await prepareBoot(store);
  assert.deepEqual([boots, label], ["B", "stable"]);
  assert.equal(await installTarget(store, "B"), "A");
});

void test("One that is not confirmed is left with the next boot, which would have started it again before.", async () => {
  const store = notStored();
  assert.equal((await prepareBoot(store)).boots, "B");
  await recordBoot(store, "B", silentLogger);
  const back = await prepareBoot(store);
  assert.deepEqual([back.boots, back.label, back.next], ["A", "failsafe", { alternative: "A", cycle: "stable" }]);
});

void test("The old version leaves a first boot alone that the other slot has yet to have.", async () => {
  const store = notStored();
  assert.equal(await recordBoot(store, "A", silentLogger), undefined);
  assert.deepEqual(await store.read(), newGrubenv({ alternative: "B", cycle: "first_boot" }));
});

void test("The slot that was gone back to is stable, also when GRUB could not say so.", async () => {
  const store = notStored();
  await recordBoot(store, "B", silentLogger);
  assert.equal(await recordBoot(store, "A", silentLogger), "A stable");
  assert.equal(await installTarget(store, "A"), "B");
});
