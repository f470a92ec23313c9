import { writeFile } from "node:fs/promises";
import { IcosError, type Exec } from "@icos/system";
import { copyExtents } from "./copy-extents.ts";
import type { Ext4Image } from "./ext4-files.ts";
import { diskChainSchema, diskMapSchema, parseToolOutput } from "./qemu-img-output.ts";

export interface DiskImage {
  readonly file: string;
  readonly format: "qcow2" | "raw";
}

/** A part of a disk, in bytes. */
export interface DiskRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads and writes parts of a virtual disk that no machine uses. QEMU's own tools say where the data of a disk and its
 * base lies and write it; they take QEMU's image lock and so refuse (`disk-in-use`) a disk that is in use.
 */
export interface DiskAccess {
  /** For messages. */
  readonly name: string;
  /** Copies a part into a sparse file. */
  copyOut(range: DiskRange, target: string): Promise<void>;
  /** The ext4 file system in a part, for reading; `scratch` is a file that may be overwritten with a copy of it. */
  ext4(range: DiskRange, scratch: string): Promise<Ext4Image>;
  /** Overwrites bytes in place and flushes them to the disk. `scratch` is a file that may be overwritten. */
  write(offset: number, content: Uint8Array, scratch: string): Promise<void>;
}

export function createDiskAccess(disk: DiskImage, exec: Exec): DiskAccess {
  let chain: Promise<readonly string[]> | undefined;

  /** The image and its bases: the extents of a map name them by their place in this list. */
  async function readChain(): Promise<readonly string[]> {
    const output = await run(exec, disk, ["qemu-img", "info", "--output=json", "--backing-chain", ...source(disk)]);
    return parseToolOutput(diskChainSchema, output, disk).map(({ filename }) => filename);
  }

  const access: DiskAccess = {
    name: disk.file,
    async ext4(range, scratch) {
      await access.copyOut(range, scratch);
      return { path: scratch, offset: 0, journal: "replay" };
    },
    // `qemu-img convert` of a range sees no holes in the base and reads gigabytes of zeros; this takes milliseconds.
    async copyOut({ offset, length }, target) {
      const range = [`--start-offset=${offset}`, `--max-length=${length}`];
      const output = await run(exec, disk, ["qemu-img", "map", "--output=json", ...range, ...source(disk)]);
      const extents = parseToolOutput(diskMapSchema, output, disk);
      chain ??= readChain();
      await copyExtents({ offset, length }, extents, await chain, target);
    },
    async write(offset, content, scratch) {
      await writeFile(scratch, content, { mode: 0o600 });
      const target = [
        `driver=raw,offset=${offset},size=${content.length}`,
        `file.driver=${disk.format},file.file.driver=file,file.file.filename=${disk.file.replaceAll(",", ",,")}`,
      ];
      const options = ["-n", "-S", "0", "-t", "writeback", "-f", "raw", "--target-image-opts"];
      await run(exec, disk, ["qemu-img", "convert", ...options, scratch, target.join(",")]);
    },
  };
  return access;
}

function source({ file, format }: DiskImage): string[] {
  return ["-f", format, file];
}

async function run(exec: Exec, disk: DiskImage, command: readonly string[]): Promise<string> {
  try {
    return (await exec.run(command)).stdout.toString();
  } catch (cause) {
    const place = { file: disk.file };
    if (cause instanceof Error && /Failed to get (shared )?"[a-z ]+" lock/.test(cause.message)) {
      throw new IcosError("disk-in-use", `The disk ${disk.file} is in use by a machine.`, {
        next: "Stop the machine first.",
        place,
        cause,
      });
    }
    throw new IcosError("disk-access-failed", `The disk ${disk.file} cannot be read or written.`, { place, cause });
  }
}
