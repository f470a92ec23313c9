import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const SIZE = 0x4000;

/** One copy of a LUKS2 header as cryptsetup writes it (LUKS2 on-disk format, section 2.1); for tests. */
export function luksHeader(uuid: string, copy: "first" | "second" = "first"): Buffer {
  const header = Buffer.alloc(SIZE);
  header.write(copy === "first" ? "LUKS\xba\xbe" : "SKUL\xba\xbe", 0, "latin1");
  header.writeUInt16BE(2, 6);
  header.writeBigUInt64BE(BigInt(SIZE), 8);
  header.writeBigUInt64BE(1n, 16);
  header.write("sha256", 72, "latin1");
  header.write(uuid, 168, "latin1");
  header.writeBigUInt64BE(copy === "first" ? 0n : BigInt(SIZE), 256);
  header.write('{"keyslots":{}}', 4096, "latin1");
  createHash("sha256").update(header).digest().copy(header, 448);
  return header;
}

/** Both copies. */
export function luksHeaders(uuid: string): Buffer {
  return Buffer.concat([luksHeader(uuid, "first"), luksHeader(uuid, "second")]);
}

/** Overwrites bytes of a device file. */
export async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.write(bytes, 0, bytes.length, offset);
  } finally {
    await file.close();
  }
}
