import { isIPv4, isIPv6 } from "node:net";

/** An IPv6 address as 16 bytes, or `undefined` when the text is not one. Zones (`%eth0`) are not addresses. */
export function parseIpv6(text: string): Uint8Array | undefined {
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const [head = "", tail] = text.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const bytes = new Uint8Array(16);
  for (const [index, group] of [...before, ...zeros, ...after].entries()) {
    bytes[index * 2] = group >> 8;
    bytes[index * 2 + 1] = group & 0xff;
  }
  return bytes;
}

/** RFC 5952: lower case, no leading zeros, the longest (first) run of two or more zero groups compressed. */
export function formatIpv6(bytes: Uint8Array): string {
  const hextets = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0));
  const { start, length } = longestZeroRun(hextets);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return text(hextets);
  return `${text(hextets.slice(0, start))}::${text(hextets.slice(start + length))}`;
}

/** The /64 network of an address, e.g. `2001:db8::1` -> `2001:db8::/64`. Works on any spelling of the address. */
export function ipv6Prefix64(address: string): string | undefined {
  const bytes = parseIpv6(address);
  if (bytes === undefined) return undefined;
  return `${formatIpv6(bytes.fill(0, 8))}/64`;
}

export interface Cidr {
  readonly address: string;
  readonly prefixLength: number;
}

/** `address/length` with an IPv6 address, or `undefined`. */
export function parseIpv6Cidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const [, address = "", length = ""] = match ?? [];
  const prefixLength = Number(length);
  if (!match || parseIpv6(address) === undefined || prefixLength > 128) return undefined;
  return { address, prefixLength };
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!isIPv4(part)) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

function longestZeroRun(hextets: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < hextets.length; start++) {
    let end = start;
    while (hextets[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
    start = Math.max(start, end - 1);
  }
  return best;
}
