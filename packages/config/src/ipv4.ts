import { BlockList, isIPv4 } from "node:net";

/** The network of an IPv4 address, e.g. `203.0.113.9`, 28 -> `203.0.113.0/28`; undefined when it is none. */
export function ipv4Network(address: string, prefixLength: number): string | undefined {
  if (!isIPv4(address) || !Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > 32) return undefined;
  const block = 2 ** (32 - prefixLength);
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const network = Math.floor(number / block) * block;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join(".")}/${prefixLength}`;
}

/** Networks that the Internet does not route to a host (IANA's special-purpose registry). */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
] as const;

/** Whether others on the Internet can reach this address. */
export function isPublicIpv4(address: string): boolean {
  const list = new BlockList();
  for (const network of NOT_PUBLIC) {
    const [base = "", length] = network.split("/");
    list.addSubnet(base, Number(length), "ipv4");
  }
  return isIPv4(address) && !list.check(address, "ipv4");
}
