import { IcosError } from "@icos/system";

/** Unsigned LEB128, shortest form. */
export function encodeUnsignedLeb128(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError("An unsigned number cannot be negative.");
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** Signed LEB128, shortest form. */
export function encodeSignedLeb128(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const last = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return Uint8Array.from(bytes);
  }
}

/** The whole input as one unsigned number of at most 64 bits. */
export function decodeUnsignedLeb128(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    const last = (byte & 0x80) === 0;
    if (last !== (index === bytes.length - 1) || value >= 1n << 64n) break;
    if (last) return value;
  }
  throw new IcosError("leb128-malformed", "A number is not unsigned LEB128 of at most 64 bits.");
}
