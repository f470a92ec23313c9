import { isIP, isIPv4, SocketAddress } from "node:net";

/** The shortest textual form of a valid address, as two spellings of one address must compare equal. */
export function canonicalIp(address: string): string {
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  return new SocketAddress({ address, family }).address;
}

/** Whether the text is an address and nothing more: no zone, no port, no brackets. */
export function isPlainIp(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/**
 * What two spellings of one address have in common: letter case, zeros, and IPv4 written as an IPv4-mapped IPv6 address
 * make no difference. Text that is no address stands for itself.
 */
export function comparableIp(text: string): string {
  if (isIPv4(text) || !isPlainIp(text)) return text;
  const canonical = canonicalIp(text);
  const mapped = canonical.startsWith("::ffff:") ? canonical.slice("::ffff:".length) : "";
  return isIPv4(mapped) ? mapped : canonical;
}
