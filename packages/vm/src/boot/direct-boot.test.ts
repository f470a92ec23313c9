import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { bootStateOf, guestosPartition, newGrubenv, parseGrubenv, SECTOR_SIZE, type BootState } from "@icos/slots";
import { syncDirectory, type Exec } from "@icos/system";
import { testDirectory } from "../testing/directory.ts";
import { makeGuestDisk } from "../testing/guest-disk.ts";
import { needsTools, testTools } from "../testing/tools.ts";
import { createDiskAccess } from "./disk-image.ts";
import { prepareDirectBoot } from "./direct-boot.ts";
import { locateSmallFile } from "./ext4-files.ts";

async function makeDisk(directory: string, exec: Exec, state: BootState, slots: readonly ("A" | "B")[]) {
  const base = await makeGuestDisk(directory, exec, state, slots);
  const overlay = join(directory, "node, 1.qcow2");
  await exec.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, overlay]);
  return { file: overlay, format: "qcow2" } as const;
}

function stateIn(block: Uint8Array): BootState {
  return bootStateOf(parseGrubenv(block));
}

async function storedState(directory: string, exec: Exec, disk: Parameters<typeof createDiskAccess>[0]) {
  const grub = guestosPartition("grub");
  const copy = join(directory, "check.ext4");
  const range = { offset: grub.start * SECTOR_SIZE, length: grub.sectors * SECTOR_SIZE };
  await createDiskAccess(disk, exec).copyOut(range, copy);
  await exec.run(["e2fsck", "-fn", copy]);
  const found = await locateSmallFile(
    exec,
    { path: copy, offset: 0, journal: "replay" },
    "/grubenv",
    join(directory, "check.grubenv"),
  );
  assert.ok(found);
  return stateIn(found.content);
}

void suite("direct boot from a disk", needsTools, () => {
  const tools = testTools();
  if (tools === undefined) return;
  const { exec } = tools;

  void test("an upgrade boots the new slot once and then goes back", async () => {
    const directory = testDirectory();
    const disk = await makeDisk(directory, exec, { alternative: "B", cycle: "first_boot" }, ["A", "B"]);
    const run = join(directory, "run dir");

    const first = await prepareDirectBoot({ disk, directory: run }, { exec });
    assert.deepEqual([first.slot, first.label], ["B", "upgrade"]);
    assert.equal(await readFile(first.kernel, "utf8"), "kernel B");
    assert.equal(await readFile(first.initrd, "utf8"), "initrd B");
    assert.match(first.commandLine, /dfinity\.system=B root_hash=abab/);
    assert.deepEqual(await storedState(directory, exec, disk), { alternative: "B", cycle: "failsafe_check" });

    const second = await prepareDirectBoot({ disk, directory: run }, { exec });
    assert.deepEqual([second.slot, second.label], ["A", "failsafe"]);
    assert.equal(await readFile(second.kernel, "utf8"), "kernel A");
    assert.deepEqual(await storedState(directory, exec, disk), { alternative: "A", cycle: "stable" });
  });

  void test("a slot without its kernel is refused and the boot state kept", async () => {
    const directory = testDirectory();
    const state: BootState = { alternative: "B", cycle: "first_boot" };
    const disk = await makeDisk(directory, exec, state, ["A"]);
    await assert.rejects(prepareDirectBoot({ disk, directory: join(directory, "run") }, { exec }), {
      code: "boot-artefacts-missing",
    });
    assert.deepEqual(await storedState(directory, exec, disk), state);
  });

  void test("what a killed guest left in the journal counts", async (context) => {
    if (process.getuid?.() !== 0) return context.skip("needs root to mount");
    const directory = testDirectory();
    const disk = await makeDisk(directory, exec, { alternative: "A", cycle: "stable" }, ["A", "B"]);
    const grub = join(directory, "grub.ext4");
    const dirty = join(directory, "dirty.ext4");
    const mount = join(directory, "mnt");
    mkdirSync(mount);
    try {
      execFileSync("mount", ["-o", "loop", grub, mount], { stdio: "ignore" });
    } catch {
      return context.skip("cannot mount a loop device here");
    }
    try {
      const next = newGrubenv({ alternative: "B", cycle: "first_boot" });
      await writeFile(join(mount, "grubenv.new"), next, { flush: true });
      await rename(join(mount, "grubenv.new"), join(mount, "grubenv"));
      await syncDirectory(mount); // into the journal, and not yet where it belongs
      execFileSync("cp", ["--sparse=never", grub, dirty]);
    } finally {
      execFileSync("umount", [mount]);
    }
    const { stdout } = await exec.run(["dumpe2fs", "-h", dirty]);
    assert.match(stdout.toString(), /needs_recovery/);
    const unreplayed = await exec.run(["debugfs", "-R", "cat /grubenv", dirty]);
    assert.match(unreplayed.stdout.toString(), /boot_cycle=stable/);
    const offset = guestosPartition("grub").start * SECTOR_SIZE;
    await createDiskAccess(disk, exec).write(offset, await readFile(dirty), join(directory, "scratch"));

    const boot = await prepareDirectBoot({ disk, directory: join(directory, "run") }, { exec });
    assert.deepEqual([boot.slot, boot.label], ["B", "upgrade"]);
  });
});
