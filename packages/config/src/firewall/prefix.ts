import { isIPv4 } from "node:net";
import { formatIpv6, parseIpv6 } from "../ipv6.ts";
import type { IpVersion } from "./nft-text.ts";

/** A network that is written as rulesets have it: its first address, and the length where it is more than that one. */
export interface Prefix {
  readonly version: IpVersion;
  readonly text: string;
}

/** `address/length` or one address, or `undefined`. Bits behind the prefix are dropped; a length of 0 is everybody. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, address = "", lengthText] = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const bytes = isIPv4(address) ? Uint8Array.from(address.split("."), Number) : parseIpv6(address);
  if (bytes === undefined) return undefined;
  const bits = bytes.length * 8;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (length > bits) return undefined;
  const first = bytes.map((byte, index) => byte & (0xff << Math.min(8, Math.max(0, (index + 1) * 8 - length))));
  const version = bytes.length === 4 ? "v4" : "v6";
  const shown = version === "v4" ? first.join(".") : formatIpv6(first);
  return { version, text: length === bits ? shown : `${shown}/${length}` };
}
