import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Secret } from "@icos/config";
import { makeExt4 } from "@icos/image";
import { copyHostosDisk, findHostosPart, guestVolumeName, openBlockDevice, openHostosDisk } from "@icos/slots";
import { type Exec, IcosError } from "@icos/system";
import type { ConfigVolumeFiles } from "./nested-config.ts";
import { exists } from "./shared-files.ts";

/** Only to tell file systems apart: every node's configuration is on a disk of its own. */
const CONFIG_UUID = "7b1fd0c9-6a55-4c1f-8f0a-2d4b8b1f5a10";

export interface NestedBaseOptions {
  readonly hostDisk: string;
  readonly guestDisk: string;
  readonly guests: number;
}

/**
 * The disk that all nested nodes with as many guests share, read-only: HostOS as its image has it, with GuestOS in the
 * volume of each guest. What an installer does, without the configuration; made once, and there whole or not at all.
 */
export async function ensureNestedBase(base: string, options: NestedBaseOptions): Promise<void> {
  const { hostDisk, guestDisk, guests } = options;
  if (await exists(base)) return;
  const volumes = Array.from({ length: guests }, (_, slot) => guestVolumeName(slot));
  const images = Object.fromEntries(volumes.map((volume) => [volume, guestDisk]));
  await copyHostosDisk({ path: base, source: hostDisk, images, guests });
}

export interface NestedDiskOptions {
  readonly directory: string;
  readonly disk: string;
  readonly base: string;
  readonly files: ConfigVolumeFiles;
}

/**
 * A nested node's thin disk over the shared one, with the node's configuration in the volume `config`. Made once, and
 * there whole or not at all: from then on it is the host's.
 */
export async function ensureNestedDisk({ directory, disk, base, files }: NestedDiskOptions, exec: Exec): Promise<void> {
  if (await exists(disk)) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const place = await placeOfConfig(base);
  const content = join(directory, "config");
  const image = join(directory, "config.ext4");
  const temporary = `${disk}.new`;
  try {
    await writeFiles(content, files);
    await makeExt4(exec, { image, size: place.length, uuid: CONFIG_UUID, label: "config", content, journal: true });
    await exec.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", temporary]);
    const target = [
      `driver=raw,offset=${place.offset},size=${place.length}`,
      `file.driver=qcow2,file.file.driver=file,file.file.filename=${temporary.replaceAll(",", ",,")}`,
    ];
    await exec.run(["qemu-img", "convert", "-n", "-f", "raw", "--target-image-opts", image, target.join(",")]);
    await rename(temporary, disk);
  } finally {
    // They hold the operator's key.
    await rm(content, { recursive: true, force: true });
    await rm(image, { force: true });
  }
}

async function placeOfConfig(base: string): Promise<{ readonly offset: number; readonly length: number }> {
  const device = await openBlockDevice(base, { readOnly: true });
  try {
    const [place, ...others] = findHostosPart(await openHostosDisk(device), "config").extents;
    if (place !== undefined && others.length === 0) return place;
    throw new IcosError("hostos-disk-invalid", `The volume config of ${base} does not lie in one piece.`);
  } finally {
    await device.close();
  }
}

async function writeFiles(directory: string, files: ConfigVolumeFiles): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o755 });
  for (const [name, { content, mode }] of files) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, content instanceof Secret ? content.reveal() : content, { mode });
  }
}
