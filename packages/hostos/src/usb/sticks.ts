import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";

/** A file system's place on a medium that somebody has plugged in: a partition, or a whole stick without any. */
export interface Stick {
  /** `/dev/sdb1` */
  readonly device: string;
  /** Bytes. */
  readonly size: number;
}

const SECTOR = 512;
/** The virtual CD-ROM of a management controller hangs on USB, too, and says a size when it is empty: `sr0`. */
const STICK = /^sd[a-z]+$/;

/**
 * The disks on USB that are in use by nobody, largest first. A disk of which the host itself uses a part (it could be
 * installed on one) is left out as a whole.
 */
export async function findSticks(root = "/"): Promise<readonly Stick[]> {
  const directory = join(root, "sys/class/block");
  const sticks: Stick[] = [];
  for (const disk of await readdir(directory).catch(() => [])) {
    if (!STICK.test(disk)) continue;
    const path = await realpath(join(directory, disk)).catch(() => undefined);
    if (path === undefined || !/\/usb\d+\//.test(path)) continue;
    const partitions = (await readdir(path)).filter((name) => name.startsWith(disk));
    const parts = partitions.length === 0 ? [path] : partitions.map((name) => join(path, name));
    if (await anyInUse([path, ...parts])) continue;
    for (const part of parts) {
      const size = Number((await readFile(join(part, "size"), "utf8")).trim()) * SECTOR;
      if (size > 0) sticks.push({ device: `/dev/${part.slice(part.lastIndexOf("/") + 1)}`, size });
    }
  }
  return sticks.toSorted((a, b) => b.size - a.size);
}

async function anyInUse(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if ((await readdir(join(path, "holders")).catch(() => [])).length > 0) return true;
  return false;
}
