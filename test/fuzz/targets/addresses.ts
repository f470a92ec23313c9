import { deepStrictEqual } from "node:assert/strict";
import { formatIpv6, ipv6Prefix64, parseIpv6, parseIpv6Cidr } from "../../../packages/config/src/ipv6.ts";
import { formatMac, parseMac } from "../../../packages/config/src/mac.ts";
import { textOf } from "../harness/refusal.ts";

/** IPv6 and MAC addresses: what is taken is the same when it is written and read again. */
export function fuzz(data: Uint8Array): void {
  const text = textOf(data);
  const address = parseIpv6(text);
  if (address) deepStrictEqual(parseIpv6(formatIpv6(address)), address);
  parseIpv6Cidr(text);
  ipv6Prefix64(text);
  const mac = parseMac(text);
  if (mac) deepStrictEqual(parseMac(formatMac(mac)), mac);
}
