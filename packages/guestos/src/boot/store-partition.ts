import { randomUUID } from "node:crypto";
import { IcosError, type Exec } from "@icos/system";
import { SECTOR_SIZE, STORE_PARTITION_NUMBER, TYPE_LINUX, withLastPartition, writeGpt } from "@icos/slots";
import type { Layout } from "../layout.ts";
import { openPlainDevice, partitionPath, type NodeDisk } from "./node-disk.ts";
import { readVolumeState } from "./volume-state.ts";

/**
 * The device of partition 10, which the node adds to its disk once. The table is written to the end of the disk as it
 * is now, so a disk that has grown gets its backup table where it belongs.
 */
export async function ensureStorePartition(layout: Layout, exec: Exec, disk: NodeDisk): Promise<string> {
  const number = STORE_PARTITION_NUMBER;
  if (!disk.table.partitions.some((partition) => partition.number === number)) {
    const { kind } = await readVolumeState(layout, "store");
    if (kind === "complete") {
      throw new IcosError(
        "store-partition-gone",
        `The disk ${disk.path} has lost partition ${number}, the node's store.`,
        {
          next: "Nothing was changed. Restore the partition table, or recover the node.",
        },
      );
    }
    await addPartition(disk, number);
  }
  const known = await partitionPath(layout, disk, number);
  if (known !== undefined) return known;
  await exec.run(["partx", "--add", "--nr", String(number), disk.path]);
  const path = await partitionPath(layout, disk, number);
  if (path !== undefined) return path;
  throw new IcosError("partition-not-found", `The kernel does not show partition ${number} of ${disk.path}.`, {
    next: "Restart the machine.",
  });
}

async function addPartition(disk: NodeDisk, number: number): Promise<void> {
  const device = await openPlainDevice(disk.path, { readOnly: false });
  try {
    const sectors = Math.floor(device.size / SECTOR_SIZE);
    await writeGpt(
      device,
      withLastPartition(disk.table, sectors, { number, typeGuid: TYPE_LINUX, guid: randomUUID() }),
    );
  } finally {
    await device.close();
  }
}
