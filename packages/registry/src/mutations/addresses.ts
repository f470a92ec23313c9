import { BlockList, isIP, isIPv4 } from "node:net";
import { domainToASCII } from "node:url";
import { create } from "@bufbuild/protobuf";
import { canonicalIp, comparableIp } from "../ip-address.ts";
import { IPv4InterfaceConfigSchema, type IPv4InterfaceConfig } from "../records.ts";
import type { RegistryView } from "../state/view.ts";
import { refuse } from "./refuse.ts";

export interface IPv4Config {
  readonly ip_addr: string;
  readonly gateway_ip_addr: string;
  readonly prefix_length: number;
}

/** `[ipv6]:port` or `ipv4:port`, with the address in its canonical form. */
export function parseEndpoint(text: string, field: string): { ipAddr: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  const family = match?.[1] === undefined ? 4 : 6;
  if (isIP(address) !== family || !(port <= 65_535)) {
    throw refuse("endpoint-malformed", `${field} is "${text}"; it must be [IPv6]:port.`, { field });
  }
  return { ipAddr: canonicalIp(address), port };
}

/** A domain name in its ASCII form with the rules of host names; two labels or more. */
export function checkDomain(domain: string): void {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const labels = domain.split(".");
  const ok = labels.length >= 2 && domain.length <= 253 && labels.every((part) => label.test(part));
  if (!ok || domainToASCII(domain) !== domain) throw refuse("domain-malformed", `"${domain}" is not a domain name.`);
}

const notGlobal = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  notGlobal.addSubnet(net, prefix, "ipv4");
}

/** A global IPv4 address that no other node has, and a gateway in the same network. */
export function checkIpv4(view: RegistryView, config: IPv4Config, ignoreNodeKey?: string): void {
  const { ip_addr: address, gateway_ip_addr: gateway, prefix_length: prefix } = config;
  for (const ip of [address, gateway]) {
    if (!isIPv4(ip)) throw refuse("ipv4-malformed", `"${ip}" is not an IPv4 address.`);
  }
  if (notGlobal.check(address, "ipv4")) throw refuse("ipv4-not-global", `${address} is not a global IPv4 address.`);
  if (!Number.isInteger(prefix) || prefix < 1 || prefix > 32) {
    throw refuse("ipv4-malformed", `An IPv4 prefix length is 1 to 32, not ${prefix}.`);
  }
  if (networkOf(address, prefix) !== networkOf(gateway, prefix)) {
    throw refuse("ipv4-gateway", `The gateway ${gateway} is not in the network of ${address}/${prefix}.`);
  }
  const user = view.holders("ipv4", comparableIp(address)).find((key) => key !== ignoreNodeKey);
  if (user !== undefined) throw refuse("ipv4-in-use", `${address} already belongs to ${user}.`);
}

/** As the node record has it. */
export function ipv4Record({ ip_addr, gateway_ip_addr, prefix_length }: IPv4Config): IPv4InterfaceConfig {
  const record = { ipAddr: ip_addr, gatewayIpAddr: [gateway_ip_addr], prefixLength: prefix_length };
  return create(IPv4InterfaceConfigSchema, record);
}

function networkOf(address: string, prefix: number): number {
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(value / 2 ** (32 - prefix));
}
