import { IcosError } from "@icos/system";
import type { BlockDevice } from "./block-device.ts";
import { openBlockDevice } from "./file-device.ts";
import { partitionWindow, readGpt } from "./gpt-disk.ts";
import { partitionDevicePath, slotPartition, VAR_WIPE_SIZE } from "./guestos-partitions.ts";
import type { Slot } from "./slot.ts";
import type { FileChunk } from "./tar-read.ts";
import type { UpdateImageFile, UpdateMember } from "./update-image-read.ts";

/** The partitions of the slot that is written. */
export interface SlotTargets {
  readonly boot: BlockDevice;
  readonly root: BlockDevice;
  readonly var: BlockDevice;
}

export interface InstallOptions {
  /** From `readUpdateImage`. */
  readonly image: AsyncIterable<UpdateMember>;
  readonly targets: SlotTargets;
  /** What `VERSION.TXT` must say. */
  readonly expectedVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of image content written so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Holes shorter than this are written as zeros together with the data around them. */
const SMALL_HOLE = 64 * 1024;
const BUFFER_SIZE = 1024 * 1024;

/**
 * Writes an update image into a slot, in one pass over the image. Afterwards the boot and root partitions equal
 * `boot.img` and `root.img` bit for bit over the images' whole length, holes included, whatever was there before; what
 * lies behind an image is left alone, and the start of var is zero. Everything is on the medium when it returns.
 *
 * The boot state is not touched: until a commit the slot is not booted, so a crash in here costs nothing.
 */
export async function installUpdateImage(options: InstallOptions): Promise<{ readonly version: string }> {
  const { image, targets, expectedVersion, signal, onProgress } = options;
  let version: string | undefined;
  let written = 0;
  for await (const member of image) {
    signal?.throwIfAborted();
    switch (member.kind) {
      case "version":
        ({ version } = member);
        checkVersion(version, expectedVersion);
        break;
      case "image": {
        const target = member.name === "boot.img" ? targets.boot : targets.root;
        checkFits(member.name, member.size, target);
        await writeImage(target, member.size, member.content(), (bytes) => {
          signal?.throwIfAborted();
          onProgress?.((written += bytes));
        });
        break;
      }
      case "other":
        break;
    }
  }
  if (version === undefined) throw new IcosError("update-image-invalid", "The update image has no VERSION.TXT.");
  await targets.var.zero(0, Math.min(VAR_WIPE_SIZE, targets.var.size));
  for (const target of [targets.boot, targets.root, targets.var]) await target.flush();
  return { version };
}

/** Makes the first `size` bytes of a device equal to the chunks, with zeros wherever there is no chunk. */
async function writeImage(
  device: BlockDevice,
  size: number,
  chunks: AsyncIterable<FileChunk>,
  report: (bytes: number) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(BUFFER_SIZE);
  let start = 0; // where the buffer belongs
  let filled = 0;
  const drain = async (): Promise<void> => {
    if (filled > 0) await device.write(start, buffer.subarray(0, filled));
    report(filled);
    start += filled;
    filled = 0;
  };
  const fillHole = async (end: number): Promise<void> => {
    const length = end - start - filled;
    if (length < SMALL_HOLE && length <= BUFFER_SIZE - filled) {
      buffer.fill(0, filled, filled + length);
      filled += length;
      return;
    }
    await drain();
    await device.zero(start, length);
    start = end;
  };
  for await (const { offset, bytes } of chunks) {
    await fillHole(offset);
    for (let at = 0; at < bytes.length;) {
      if (filled === BUFFER_SIZE) await drain();
      const copied = bytes.copy(buffer, filled, at);
      filled += copied;
      at += copied;
    }
  }
  await fillHole(size);
  await drain();
}

/** The partitions of a slot on a GuestOS disk, found in its partition table. Throws `partition-missing`. */
export async function slotTargetsOfDisk(disk: BlockDevice, slot: Slot): Promise<SlotTargets> {
  const { partitions } = await readGpt(disk);
  const find = (part: "boot" | "root" | "var"): BlockDevice => {
    const { name, guid } = slotPartition(slot, part);
    const found = partitions.find((each) => each.guid === guid);
    if (found !== undefined) return partitionWindow(disk, found);
    throw new IcosError("partition-missing", `${disk.name} has no partition ${name} (PARTUUID ${guid}).`);
  };
  return { boot: find("boot"), root: find("root"), var: find("var") };
}

/** The partitions of a slot of the machine this runs on; to be closed. */
export async function openSlotTargets(
  slot: Slot,
  open: (path: string) => Promise<BlockDevice> = openBlockDevice,
): Promise<SlotTargets & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const openPart = async (part: "boot" | "root" | "var"): Promise<BlockDevice> =>
    opened.adopt(await open(partitionDevicePath(slotPartition(slot, part))), (device) => device.close());
  const targets = { boot: await openPart("boot"), root: await openPart("root"), var: await openPart("var") };
  const owner = opened.move();
  return { ...targets, [Symbol.asyncDispose]: () => owner.disposeAsync() };
}

function checkVersion(version: string, expected: string | undefined): void {
  if (expected === undefined || version === expected) return;
  throw new IcosError("update-image-wrong-version", `The update image is version ${version}, not ${expected}.`, {
    details: { version, expected },
  });
}

function checkFits(name: UpdateImageFile, size: number, target: BlockDevice): void {
  if (size > 0 && size <= target.size) return;
  throw new IcosError(
    "update-image-invalid",
    `${name} has ${size} bytes; ${target.name} takes from 1 to ${target.size} bytes.`,
  );
}
