import assert from "node:assert/strict";
import { test } from "node:test";
import { nextSlot } from "./boot-state.ts";
import { commitInstall, installTarget, prepareBoot, type GrubenvStore } from "./boot-store.ts";
import { partitionWindow, readGpt, withLastPartition, writeGpt } from "./gpt-disk.ts";
import { bootStateOf, newGrubenv, parseGrubenv } from "./grubenv.ts";
import { GUESTOS_DISK_SIZE, GUESTOS_TABLE, guestosPartition, TYPE_LINUX } from "./guestos-partitions.ts";
import { MemoryDisk, PowerCut, type SectorFate } from "./memory-device.ts";
import { installUpdateImage, slotTargetsOfDisk } from "./slot-writer.ts";
import { sparseImage } from "./testing-sparse-image.ts";
import { readUpdateImage } from "./update-image-read.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

/** What may become of writes that were not flushed when the power went. */
const FATES: readonly [string, SectorFate][] = [
  ["all lost", () => false],
  ["all kept", () => true],
  ["every other sector", (_, sector) => sector % 2 === 0],
  ["only later writes", (write) => write % 2 === 1],
  ["scattered", (write, sector) => (write * 2654435761 + sector * 40503) % 7 < 3],
];

async function* image(): AsyncGenerator<Buffer> {
  yield sparseImage();
}

/** The grubenv in the first sectors of the grub partition, as its file would be: replaced whole or not at all. */
function grubenvOn(disk: MemoryDisk): GrubenvStore {
  const window = partitionWindow(disk.device(), guestosPartition("grub"));
  const current = async (): Promise<number> => (await window.read(0, 1))[0] ?? 0;
  return {
    name: "grubenv",
    read: async () => window.read(4096 * (1 + (await current())), 1024),
    write: async (block) => {
      const other = 1 - (await current());
      await window.write(4096 * (1 + other), block);
      await window.flush();
      await window.write(0, Buffer.from([other]));
      await window.flush();
    },
  };
}

async function newDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk(GUESTOS_DISK_SIZE);
  const device = disk.device();
  await writeGpt(device, GUESTOS_TABLE);
  await grubenvOn(disk).write(newGrubenv());
  for (const slot of ["A", "B"] as const) {
    const targets = await slotTargetsOfDisk(device, slot);
    for (const part of ["boot", "root", "var"] as const)
      await targets[part].write(0, Buffer.alloc(200_000, `old ${part} of ${slot} `));
  }
  await device.flush();
  return disk;
}

/** Fingerprint of everything the old system needs. */
async function oldSystem(disk: MemoryDisk): Promise<Buffer> {
  const targets = await slotTargetsOfDisk(disk.device(), "A");
  const parts = [await grubenvOn(disk).read()];
  for (const part of ["boot", "root", "var"] as const) parts.push(await targets[part].read(0, 300_000));
  return Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0)));
}

async function install(disk: MemoryDisk): Promise<void> {
  const targets = await slotTargetsOfDisk(disk.device(), "B");
  await installUpdateImage({ image: readUpdateImage(image()), targets });
}

async function newSlotContent(disk: MemoryDisk): Promise<Buffer> {
  const targets = await slotTargetsOfDisk(disk.device(), "B");
  return Buffer.concat([
    await targets.boot.read(0, 65536),
    await targets.root.read(0, 250_000),
    await targets.root.read(10603200512 - 512, 2048),
    await targets.var.read(0, 250_000),
  ]);
}

async function ignorePowerCut(action: Promise<void>): Promise<boolean> {
  try {
    await action;
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}

void test("a power cut at any write of an install leaves the old system as it was, and the install can be repeated", async () => {
  const undisturbed = await newDisk();
  const before = await oldSystem(undisturbed);
  await install(undisturbed);
  const expected = await newSlotContent(undisturbed);
  assert.deepEqual(expected.subarray(512, 1536), Buffer.alloc(1024, "boot"));
  let cuts = 0;
  for (let at = 0, cut = true; cut; at += 1) {
    for (const [name, fate] of FATES) {
      const disk = await newDisk();
      disk.cutPowerAt(at);
      cut = await ignorePowerCut(install(disk));
      const after = disk.restart(fate);
      assertSameBytes(await oldSystem(after), before, `${name}, write ${at}`);
      assert.equal(nextSlot(bootStateOf(parseGrubenv((await grubenvOn(after).read()) ?? newGrubenv()))), "A");
      if (!cut) assertSameBytes(await newSlotContent(disk.restart(() => false)), expected, "not flushed");
      await install(after);
      assertSameBytes(await newSlotContent(after), expected, `${name}, write ${at}`);
      if (cut) cuts += 1;
    }
  }
  assert(cuts >= 10 * FATES.length, `only ${cuts} power cuts were tried`);
});

void test("a whole upgrade survives a power cut at any write: the next boot finds the old slot, or the new one complete", async () => {
  const reference = await newDisk();
  await install(reference);
  const complete = await newSlotContent(reference);
  const booted = new Set<string>();
  for (let at = 0, cut = true; cut; at += 1) {
    for (const [name, fate] of FATES) {
      const disk = await newDisk();
      disk.cutPowerAt(at);
      const upgrade = async (): Promise<void> => {
        assert.equal(await installTarget(grubenvOn(disk), "A"), "B");
        await install(disk);
        await commitInstall(grubenvOn(disk), "A");
        await (await prepareBoot(grubenvOn(disk))).persist();
      };
      cut = await ignorePowerCut(upgrade());
      const after = disk.restart(fate);
      const { boots, label } = await prepareBoot(grubenvOn(after));
      booted.add(label);
      if (boots === "B") assertSameBytes(await newSlotContent(after), complete, `${name}, write ${at}`);
      else assert(label === "stable" || label === "failsafe");
    }
  }
  assert.deepEqual([...booted].sort(), ["failsafe", "stable", "upgrade"]);
});

void test("a power cut at any write of a partition table leaves the old one or the new one", async () => {
  const sectors = GUESTOS_DISK_SIZE / 512;
  const store = { number: 10, typeGuid: TYPE_LINUX, guid: "00000000-1111-2222-3333-444444444444" };
  const next = withLastPartition(GUESTOS_TABLE, sectors, store);
  const found = new Set<number>();
  for (let at = 0, cut = true; cut; at += 1) {
    for (const [, fate] of FATES) {
      const disk = await newDisk();
      disk.cutPowerAt(at);
      cut = await ignorePowerCut(writeGpt(disk.device(), next));
      const { partitions } = await readGpt(disk.restart(fate).device());
      assert(partitions.length === 9 || partitions.length === 10);
      found.add(partitions.length);
    }
  }
  assert.equal(found.size, 2);
});
