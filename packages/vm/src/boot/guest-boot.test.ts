import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { bootStateOf, parseGrubenv, type BootState } from "@icos/slots";
import type { Exec } from "@icos/system";
import { testDirectory } from "../testing/directory.ts";
import { makeGuestDisk } from "../testing/guest-disk.ts";
import { needsTools, testTools } from "../testing/tools.ts";
import { guestGrubenvStore, prepareGuestBoot, requireBootableSlot, type GuestBoot } from "./guest-boot.ts";

async function storedState(device: string, directory: string, exec: Exec): Promise<BootState> {
  const store = await guestGrubenvStore(device, directory, { exec });
  return bootStateOf(parseGrubenv((await store.read()) ?? Buffer.alloc(0)));
}

function asDirect(boot: GuestBoot): Extract<GuestBoot, { kind: "direct" }> {
  assert.equal(boot.kind, "direct");
  if (boot.kind !== "direct") throw new Error("not direct");
  return boot;
}

void suite("a guest's boot from its block device", needsTools, () => {
  const tools = testTools();
  if (tools === undefined) return;
  const { exec } = tools;

  void test("the boot state advances when the boot is committed, and not before", async () => {
    const directory = testDirectory();
    const state: BootState = { alternative: "B", cycle: "first_boot" };
    const device = await makeGuestDisk(directory, exec, state, ["A", "B"], { firmware: true });
    const run = join(directory, "run");
    const prepare = (measured = false) =>
      prepareGuestBoot({ device, directory: run, type: "default", measured }, { exec }).then(asDirect);
    await prepare(); // a runner that ends here
    assert.deepEqual(await storedState(device, run, exec), state);

    const boot = await prepare(true);
    assert.deepEqual([boot.slot, boot.label], ["B", "upgrade"]);
    assert.equal(await readFile(boot.kernel, "utf8"), "kernel B");
    assert.equal(await readFile(boot.firmware ?? "", "utf8"), "firmware B");
    assert.match(boot.commandLine, /dfinity\.system=B/);
    await boot.commit();
    assert.deepEqual(await storedState(device, run, exec), { alternative: "B", cycle: "failsafe_check" });
  });

  void test("the upgrade VM boots the other slot and leaves the state alone", async () => {
    const directory = testDirectory();
    const state: BootState = { alternative: "A", cycle: "stable" };
    const device = await makeGuestDisk(directory, exec, state, ["A", "B"]);
    const boot = asDirect(await prepareGuestBoot({ device, directory, type: "upgrade" }, { exec }));
    await boot.commit();
    assert.deepEqual([boot.slot, boot.label], ["B", "upgrade"]);
    assert.deepEqual(await storedState(device, directory, exec), state);
  });

  void test("a guest without boot_args is left to its boot loader, unless its launch is measured", async () => {
    const directory = testDirectory();
    const state: BootState = { alternative: "A", cycle: "stable" };
    const device = await makeGuestDisk(directory, exec, state, ["A"], { bootArgs: false, firmware: true });
    const prepare = (type: "default" | "upgrade", measured: boolean) =>
      prepareGuestBoot({ device, directory, type, measured }, { exec });
    assert.deepEqual(await prepare("default", false), { kind: "boot-loader", slot: "A", label: "stable" });
    await assert.rejects(prepare("default", true), { code: "boot-artefacts-missing", message: /lacks \/boot_args/ });
    // Slot B was never installed.
    await assert.rejects(prepare("upgrade", false), { code: "boot-artefacts-missing", message: /slot B .* \/vmlinuz/ });
    const look = join(directory, "look");
    await requireBootableSlot({ device, directory: look, slot: "A" }, { exec });
    await assert.rejects(requireBootableSlot({ device, directory: look, slot: "B" }, { exec }), {
      code: "boot-artefacts-missing",
    });
    assert.equal(existsSync(look), false);
  });
});
