import { crc32 } from "node:zlib";

/** LVM2 starts its CRC-32 here and does not invert the result (lvm2: `lib/misc/crc.c`). */
const INITIAL = 0xf597a6cf;

/** The checksum that LVM2 keeps of a label, of a metadata area's header and of the metadata's text. */
export function lvmCrc(bytes: Uint8Array): number {
  return ~crc32(bytes, ~INITIAL >>> 0) >>> 0;
}
