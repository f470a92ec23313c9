import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findSticks } from "./sticks.ts";

interface Disk {
  readonly bus: string;
  readonly sectors: number;
  readonly partitions?: Readonly<Record<string, number>>;
  readonly heldPart?: string;
}

/** `/sys` with these disks. */
async function sysWith(root: string, disks: Readonly<Record<string, Disk>>): Promise<void> {
  await mkdir(join(root, "sys/class/block"), { recursive: true });
  for (const [name, { bus, sectors, partitions = {}, heldPart }] of Object.entries(disks)) {
    const device = join(root, "sys/devices/pci0000:00", bus, "block", name);
    const add = async (path: string, entry: string, size: number): Promise<void> => {
      await mkdir(join(path, "holders"), { recursive: true });
      await writeFile(join(path, "size"), `${size}\n`);
      await symlink(path, join(root, "sys/class/block", entry));
    };
    await add(device, name, sectors);
    for (const [part, size] of Object.entries(partitions)) {
      await add(join(device, part), part, size);
      await writeFile(join(device, part, "partition"), "1\n");
      if (part === heldPart) await mkdir(join(device, part, "holders/dm-0"));
    }
  }
}

void test("partitions and whole sticks on USB are found, the host's own disks are not", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "sticks-"));
  await sysWith(directory.path, {
    nvme0n1: { bus: "nvme", sectors: 1000, partitions: { nvme0n1p1: 500 } },
    sda: { bus: "usb1/1-1", sectors: 4000, partitions: { sda1: 100, sda2: 3000 } },
    sdb: { bus: "usb2/2-1", sectors: 2000 },
    sdc: { bus: "usb2/2-2", sectors: 9000, partitions: { sdc1: 10, sdc3: 8000 }, heldPart: "sdc3" },
    sdd: { bus: "usb2/2-3", sectors: 0 },
  });
  assert.deepEqual(await findSticks(directory.path), [
    { device: "/dev/sda2", size: 3000 * 512 },
    { device: "/dev/sdb", size: 2000 * 512 },
    { device: "/dev/sda1", size: 100 * 512 },
  ]);
  assert.deepEqual(await findSticks(join(directory.path, "nothing")), []);
});

void test("the virtual CD-ROM of a management controller is no stick", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "sticks-"));
  await sysWith(directory.path, {
    sr0: { bus: "usb1/1-1", sectors: 2_097_152 },
    sdaa: { bus: "usb1/1-2", sectors: 4000, partitions: { sdaa1: 3000 } },
  });
  assert.deepEqual(await findSticks(directory.path), [{ device: "/dev/sdaa1", size: 3000 * 512 }]);
});
