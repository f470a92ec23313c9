import { IcosError } from "@icos/system";

/** A disk, a partition or an image: bytes at offsets. */
export interface BlockDevice {
  /** For messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes. */
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the range read as zeros, releasing its storage where the device can. */
  zero(offset: number, length: number): Promise<void>;
  /** When it resolves, all earlier writes survive a power cut. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Throws `device-out-of-range` unless the range lies inside the device. */
export function checkRange(device: Pick<BlockDevice, "name" | "size">, offset: number, length: number): void {
  const inside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= device.size;
  if (inside) return;
  throw new IcosError(
    "device-out-of-range",
    `Bytes ${offset} to ${offset + length} are not inside ${device.name}, which has ${device.size} bytes.`,
  );
}

/** A part of a device as a device of its own. Closing it leaves the underlying device open. */
export function deviceWindow(
  device: BlockDevice,
  range: { readonly name: string; readonly offset: number; readonly size: number },
): BlockDevice {
  checkRange(device, range.offset, range.size);
  const window = { name: range.name, size: range.size };
  const at = (offset: number, length: number): number => {
    checkRange(window, offset, length);
    return range.offset + offset;
  };
  return {
    ...window,
    read: async (offset, length) => device.read(at(offset, length), length),
    write: async (offset, bytes) => device.write(at(offset, bytes.length), bytes),
    zero: async (offset, length) => device.zero(at(offset, length), length),
    flush: () => device.flush(),
    close: async () => undefined,
  };
}

/** Devices one behind the other, as one. Closing it leaves them open. */
export function joinedDevice(name: string, parts: readonly BlockDevice[]): BlockDevice {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const pieces = function* (offset: number, length: number) {
    checkRange({ name, size }, offset, length);
    let start = 0;
    for (const part of parts) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + part.size);
      if (from < to) yield { part, offset: from - start, length: to - from };
      start += part.size;
    }
  };
  return {
    name,
    size,
    async read(offset, length) {
      const read: Buffer[] = [];
      for (const piece of pieces(offset, length)) read.push(await piece.part.read(piece.offset, piece.length));
      return Buffer.concat(read);
    },
    async write(offset, bytes) {
      let done = 0;
      for (const piece of pieces(offset, bytes.length)) {
        await piece.part.write(piece.offset, bytes.subarray(done, done + piece.length));
        done += piece.length;
      }
    },
    async zero(offset, length) {
      for (const piece of pieces(offset, length)) await piece.part.zero(piece.offset, piece.length);
    },
    async flush() {
      for (const part of parts) await part.flush();
    },
    close: async () => undefined,
  };
}
