import { IcosError } from "@icos/system";

/** Bytes of an Ethernet and of an IPv6 header. */
const ETHERNET = 14;
const IPV6 = 40;
const ETHERTYPE_IPV6 = 0x86dd;
const NEXT_HEADER_ICMPV6 = 58;

/** One ICMPv6 message as it travels on the wire. Addresses are raw bytes (6 and 16). */
export interface Icmpv6Frame {
  readonly sourceMac: Uint8Array;
  readonly destinationMac: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly hopLimit: number;
  /** The message from its type byte on; its checksum field (bytes 2-3) is ignored and filled in. */
  readonly message: Uint8Array;
}

export function encodeIcmpv6Frame(frame: Icmpv6Frame): Buffer {
  const bytes = Buffer.alloc(ETHERNET + IPV6 + frame.message.length);
  bytes.set(frame.destinationMac, 0);
  bytes.set(frame.sourceMac, 6);
  bytes.writeUInt16BE(ETHERTYPE_IPV6, 12);
  bytes.writeUInt32BE(0x6000_0000, ETHERNET);
  bytes.writeUInt16BE(frame.message.length, ETHERNET + 4);
  bytes.writeUInt8(NEXT_HEADER_ICMPV6, ETHERNET + 6);
  bytes.writeUInt8(frame.hopLimit, ETHERNET + 7);
  bytes.set(frame.source, ETHERNET + 8);
  bytes.set(frame.destination, ETHERNET + 24);
  const message = bytes.subarray(ETHERNET + IPV6);
  message.set(frame.message);
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(icmpv6Checksum(frame.source, frame.destination, message), 2);
  return bytes;
}

/**
 * The ICMPv6 message in an Ethernet frame, or `undefined` when the frame holds something else (or has extension
 * headers, or is damaged: short, wrong checksum).
 */
export function decodeIcmpv6Frame(frame: Uint8Array): Icmpv6Frame | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < ETHERNET + IPV6 + 4 || bytes.readUInt16BE(12) !== ETHERTYPE_IPV6) return undefined;
  if (bytes.readUInt8(ETHERNET) >> 4 !== 6 || bytes.readUInt8(ETHERNET + 6) !== NEXT_HEADER_ICMPV6) return undefined;
  const length = bytes.readUInt16BE(ETHERNET + 4);
  const message = bytes.subarray(ETHERNET + IPV6, ETHERNET + IPV6 + length);
  if (length < 4 || message.length < length) return undefined;
  const source = bytes.subarray(ETHERNET + 8, ETHERNET + 24);
  const destination = bytes.subarray(ETHERNET + 24, ETHERNET + IPV6);
  if (icmpv6Checksum(source, destination, message) !== 0) return undefined;
  return {
    destinationMac: bytes.subarray(0, 6),
    sourceMac: bytes.subarray(6, 12),
    source,
    destination,
    hopLimit: bytes.readUInt8(ETHERNET + 7),
    message,
  };
}

/** The 6 bytes of `aa:bb:cc:dd:ee:ff`. */
export function macBytes(text: string): Buffer {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) {
    throw new IcosError("mac-invalid", `"${text}" is not a MAC address.`, { details: { mac: text } });
  }
  return Buffer.from(text.replaceAll(":", ""), "hex");
}

/** RFC 4443 section 2.3, over the pseudo-header of RFC 8200 section 8.1; 0 for a message that carries its own. */
function icmpv6Checksum(source: Uint8Array, destination: Uint8Array, message: Uint8Array): number {
  let sum = message.length + NEXT_HEADER_ICMPV6;
  for (const part of [source, destination, message]) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
