import { createHash, getHashes } from "node:crypto";
import type { BlockDevice } from "@icos/slots";

/** What the start of a device says about LUKS. */
export type LuksHeader =
  | { readonly kind: "absent" }
  /** At least one of the two copies is whole; cryptsetup repairs the other. */
  | { readonly kind: "valid"; readonly uuid: string }
  | { readonly kind: "damaged"; readonly reason: string };

const FIRST_MAGIC = Buffer.from("LUKS\xba\xbe", "latin1");
const SECOND_MAGIC = Buffer.from("SKUL\xba\xbe", "latin1");
/** Where the second copy of a LUKS2 header can start: its size, a power of two. */
const SECOND_OFFSETS = Array.from({ length: 9 }, (_, index) => 0x4000 << index);
const LARGEST_HEADER = 0x400000;

/**
 * Reads the LUKS2 header of a device with both its checksums. A device is only ever formatted over when it is `absent`, so
 * everything that carries a trace of LUKS but cannot be read is `damaged`.
 */
export async function readLuksHeader(device: BlockDevice): Promise<LuksHeader> {
  const start = await device.read(0, Math.min(device.size, 0x8000));
  const first = await checkCopy(device, start, 0, FIRST_MAGIC);
  if (first.kind === "valid") return first;
  let worst: LuksHeader = first;
  for (const offset of SECOND_OFFSETS) {
    if (offset + 4096 > device.size) break;
    const second = await checkCopy(device, await device.read(offset, 4096), offset, SECOND_MAGIC);
    if (second.kind === "valid") return second;
    if (second.kind === "damaged" && worst.kind === "absent") worst = second;
  }
  return worst;
}

async function checkCopy(device: BlockDevice, start: Buffer, offset: number, magic: Buffer): Promise<LuksHeader> {
  if (!start.subarray(0, magic.length).equals(magic)) return { kind: "absent" };
  const at = `the header at byte ${offset}`;
  const version = start.readUInt16BE(6);
  if (version !== 2) return { kind: "damaged", reason: `${at} has version ${version}` };
  const size = Number(start.readBigUInt64BE(8));
  if (size < 4096 || size > LARGEST_HEADER || offset + size > device.size) {
    return { kind: "damaged", reason: `${at} says that it has ${size} bytes` };
  }
  const algorithm = text(start, 72, 32);
  if (!getHashes().includes(algorithm)) return { kind: "damaged", reason: `${at} names an unknown checksum` };
  const header = await device.read(offset, size);
  const stored = Buffer.from(header.subarray(448, 512));
  header.fill(0, 448, 512);
  const actual = createHash(algorithm).update(header).digest();
  if (!actual.equals(stored.subarray(0, actual.length)))
    return { kind: "damaged", reason: `${at} has a wrong checksum` };
  return { kind: "valid", uuid: text(start, 168, 40).toLowerCase() };
}

function text(bytes: Buffer, offset: number, length: number): string {
  return bytes.toString("latin1", offset, offset + length).split("\0", 1)[0] ?? "";
}
