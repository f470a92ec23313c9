import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IcosError, type Exec } from "@icos/system";
import { VOLUME_GROUP, type Layout } from "../layout.ts";

/** Number of the partition with `grubenv`, on the disk that holds the volume group. */
const GRUB_PARTITION = 2;

/**
 * The device of the partition that the boot loader keeps its state on: on the same disk as the volume group, so that a
 * second disk that was once another host's is never taken for it. Throws `no-boot-partition`.
 */
export async function findGrubPartition(layout: Pick<Layout, "sys" | "dev">, exec: Exec): Promise<string> {
  const { stdout } = await exec.run(["pvs", "--noheadings", "-o", "pv_name", "--select", `vg_name=${VOLUME_GROUP}`]);
  const [volume = ""] = stdout.toString().trim().split(/\s+/);
  const partition = basename(volume === "" ? "" : await realpath(volume).catch(() => volume));
  const link = await readlink(join(layout.sys, "class/block", partition)).catch(() => undefined);
  const disk = link === undefined ? "" : basename(dirname(link));
  if (disk === "" || disk === "block")
    throw new IcosError("no-boot-partition", `The volume group ${VOLUME_GROUP} lies on no partition of a disk.`, {
      next: "Install this machine again from the installation medium.",
    });
  return join(layout.dev, partitionName(disk, GRUB_PARTITION));
}

/** The kernel's name of a partition: `sda2`, `nvme0n1p2`. Pure. */
export function partitionName(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}
