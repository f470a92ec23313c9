import { crc32 } from "node:zlib";
import { Principal } from "@icos/certification";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CODES = Buffer.from(ALPHABET);
const DASH = 0x2d;
const GROUP = 5;
const MAX_BYTES = 29;
const CHECKSUM_BYTES = 4;

/**
 * The textual form of a principal: CRC-32 and bytes in base 32, in groups of five. The same as `Principal.toText`, and
 * much faster: an index of a large registry makes hundreds of thousands of them.
 */
export function principalText(bytes: Uint8Array): string {
  const digits = Math.ceil(((CHECKSUM_BYTES + bytes.length) * 8) / 5);
  const text = Buffer.allocUnsafe(digits + Math.floor((digits - 1) / GROUP));
  let bits = 32;
  let value = crc32(bytes);
  let next = 0;
  for (let digit = 0, place = 0; digit < digits; digit++) {
    if (digit > 0 && digit % GROUP === 0) text[place++] = DASH;
    if (bits < 5) {
      value = ((value & 31) << 8) | (bytes[next++] ?? 0);
      bits += 8;
    }
    bits -= 5;
    text[place++] = CODES[(value >>> bits) & 31] ?? 0;
  }
  return text.toString("latin1");
}

/** The bytes of a principal in its textual form, written exactly as {@link principalText} writes it; else undefined. */
export function principalBytes(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    if (character === "-") continue;
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  const principal = Uint8Array.from(bytes.slice(CHECKSUM_BYTES));
  return principal.length <= MAX_BYTES && principalText(principal) === text ? principal : undefined;
}

/** A principal from its textual form, or undefined. */
export function parsePrincipal(text: string): Principal | undefined {
  const bytes = principalBytes(text);
  return bytes && Principal.fromUint8Array(bytes);
}
