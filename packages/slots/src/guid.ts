import { IcosError } from "@icos/system";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Where each byte of the text form goes: the first three groups are stored little-endian (UEFI, appendix A). */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** GUID text (any case) to its 16 bytes on disk. Throws `guid-invalid`. */
export function guidToBytes(guid: string): Buffer {
  if (!FORM.test(guid)) throw new IcosError("guid-invalid", `${JSON.stringify(guid)} is not a GUID.`);
  const text = Buffer.from(guid.replaceAll("-", ""), "hex");
  return Buffer.from(ORDER.map((from) => text[from] ?? 0));
}

/** 16 bytes on disk to lower-case GUID text. */
export function guidFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(ORDER.map((from) => bytes[from] ?? 0)).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
