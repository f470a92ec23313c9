import { access, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IcosError, type Exec } from "@icos/system";
import { VOLUME_GROUP, type Layout } from "../layout.ts";

/** Number of the partition with `grubenv`, on the disk that the host is installed on. */
const GRUB_PARTITION = 2;

/**
 * The device of the partition that the boot loader keeps its state on: on the same disk as a part of the volume group, so
 * that a second disk that was once another host's is never taken for it. Of the group's disks only the system's has
 * partitions: all others are physical volumes as a whole, and one of them may be named first. Throws `no-boot-partition`.
 */
export async function findGrubPartition(layout: Pick<Layout, "sys" | "dev">, exec: Exec): Promise<string> {
  const { stdout } = await exec.run(["pvs", "--noheadings", "-o", "pv_name", "--select", `vg_name=${VOLUME_GROUP}`]);
  for (const volume of stdout.toString().trim().split(/\s+/)) {
    const partition = basename(await realpath(volume).catch(() => volume));
    const found = await siblingOf(layout, partition, GRUB_PARTITION);
    if (found !== undefined) return join(layout.dev, found);
  }
  throw new IcosError("no-boot-partition", `The volume group ${VOLUME_GROUP} lies on no disk with a boot partition.`, {
    next: "Install this machine again from the installation medium.",
  });
}

/** Another partition of the disk that `partition` is on; `undefined` when it is no partition, or there is no such other. */
async function siblingOf({ sys }: Pick<Layout, "sys">, partition: string, number: number): Promise<string | undefined> {
  const blocks = join(sys, "class/block");
  const link = await readlink(join(blocks, partition)).catch(() => undefined);
  if (link === undefined || !(await isThere(join(blocks, partition, "partition")))) return undefined;
  const name = partitionName(basename(dirname(link)), number);
  return (await isThere(join(blocks, name, "partition"))) ? name : undefined;
}

/** The kernel's name of a partition: `sda2`, `nvme0n1p2`. Pure. */
export function partitionName(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
