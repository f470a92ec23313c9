import { formatIpv6, parseIpv6, parseIpv6Cidr } from "@icos/config";
import { IcosError } from "@icos/system";

/** The 16 bytes of an IPv6 address in any text form; otherwise `address-invalid`. */
export function ipv6Bytes(text: string): Uint8Array {
  const bytes = parseIpv6(text);
  if (bytes) return bytes;
  throw new IcosError("address-invalid", `"${text}" is not an IPv6 address.`, { details: { address: text } });
}

/** `2001:db8:0:1::/64` as its 16 bytes; `prefix-invalid` when it is no /64 network. */
export function prefixBytes(prefix: string): Uint8Array {
  const { address = "", prefixLength } = parseIpv6Cidr(prefix) ?? {};
  const bytes = parseIpv6(address);
  if (bytes && prefixLength === 64 && bytes.subarray(8).every((byte) => byte === 0)) return bytes;
  throw new IcosError("prefix-invalid", `"${prefix}" is not the /64 prefix of an IPv6 network.`, {
    next: "Write it like 2001:db8:0:1::/64.",
    details: { prefix },
  });
}

/** The address with a small number as interface identifier in a /64. */
export function hostAddress(prefix: string, host: number): string {
  const bytes = Uint8Array.from(prefixBytes(prefix));
  bytes.set([host >> 8, host & 0xff], 14);
  return formatIpv6(bytes);
}
