import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, readFileIfExists } from "@icos/system";
import { GUESTOS_PARTITIONS, openBlockDevice, readGpt, type BlockDevice, type FoundGpt } from "@icos/slots";
import type { Layout } from "../layout.ts";

/** The disk that this system was started from. */
export interface NodeDisk {
  /** As the kernel calls it: `vda`. */
  readonly name: string;
  readonly path: string;
  readonly table: FoundGpt;
}

/** Kernel names of block devices that are disks or partitions of disks. */
export async function blockDeviceNames({ sys }: Pick<Layout, "sys">): Promise<readonly string[]> {
  const names = await readdir(join(sys, "class/block"));
  return names.filter((name) => !/^(?:dm-|loop|ram|zram|md|fd|sr)\d/.test(name)).sort();
}

/**
 * Finds the node's disk by the partition GUIDs that every GuestOS disk has. Reads the partition tables itself, so that
 * nothing waits for udev.
 */
export async function findNodeDisk(layout: Pick<Layout, "sys" | "dev">): Promise<NodeDisk> {
  for (const name of await blockDeviceNames(layout)) {
    if (await isPartition(layout, name)) continue;
    const path = join(layout.dev, name);
    const table = await tableOf(path);
    if (table && isNodeTable(table)) return { name, path, table };
  }
  throw new IcosError("disk-not-found", "No disk has the partitions of a GuestOS disk.", {
    next: "Attach the node's disk and start the machine again.",
  });
}

/** Device of a partition of the disk, or `undefined` while the kernel does not know it. */
export async function partitionPath(
  layout: Pick<Layout, "sys" | "dev">,
  disk: Pick<NodeDisk, "name">,
  number: number,
): Promise<string | undefined> {
  const directory = join(layout.sys, "class/block", disk.name);
  for (const child of await readdir(directory)) {
    if (!child.startsWith(disk.name)) continue;
    const found = await readFileIfExists(join(directory, child, "partition"));
    if (found !== undefined && Number(found.toString()) === number) return join(layout.dev, child);
  }
  return undefined;
}

export async function requirePartition(
  layout: Pick<Layout, "sys" | "dev">,
  disk: Pick<NodeDisk, "name" | "path">,
  number: number,
): Promise<string> {
  const path = await partitionPath(layout, disk, number);
  if (path !== undefined) return path;
  throw new IcosError("partition-not-found", `The disk ${disk.path} has no partition ${number}.`, {
    next: "Install GuestOS again.",
  });
}

/** Opens a device without loading what only a slot writer needs. */
export function openPlainDevice(path: string, options: { readonly readOnly: boolean }): Promise<BlockDevice> {
  return openBlockDevice(path, { ...options, sparse: undefined });
}

async function isPartition({ sys }: Pick<Layout, "sys">, name: string): Promise<boolean> {
  return (await readFileIfExists(join(sys, "class/block", name, "partition"))) !== undefined;
}

async function tableOf(path: string): Promise<FoundGpt | undefined> {
  try {
    const device = await openPlainDevice(path, { readOnly: true });
    try {
      return await readGpt(device);
    } finally {
      await device.close();
    }
  } catch {
    return undefined; // an empty drive, or a disk without a table: not ours
  }
}

function isNodeTable(table: FoundGpt): boolean {
  const guids = new Set(table.partitions.map(({ guid }) => guid.toLowerCase()));
  return GUESTOS_PARTITIONS.every(({ guid }) => guids.has(guid));
}
