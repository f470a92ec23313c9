import { crc32 } from "node:zlib";
import { Principal } from "@icos/certification";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const MAX_BYTES = 29;
const CHECKSUM_BYTES = 4;

/**
 * The textual form of a principal: CRC-32 and bytes in base 32, in groups of five. The same as `Principal.toText`, and
 * much faster: an index of a large registry makes hundreds of thousands of them.
 */
export function principalText(bytes: Uint8Array): string {
  const data = Buffer.alloc(CHECKSUM_BYTES + bytes.length);
  data.writeUInt32BE(crc32(bytes));
  data.set(bytes, CHECKSUM_BYTES);
  let text = "";
  let bits = 0;
  let value = 0;
  let count = 0;
  const push = (digit: number): void => {
    if (count > 0 && count % 5 === 0) text += "-";
    text += ALPHABET[digit] ?? "";
    count++;
  };
  for (const byte of data) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) push((value >> (bits - 5)) & 31);
    value &= 0xff;
  }
  if (bits > 0) push((value << (5 - bits)) & 31);
  return text;
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
