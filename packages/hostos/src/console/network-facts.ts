import { readdir, readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { HostFiles } from "./host-files.ts";
import type { Network } from "./situation.ts";

/** The bridge that host and guest share. */
const BRIDGE = "br6";

type Interfaces = ReturnType<typeof networkInterfaces>;

/** What the kernel says about the bridge, its cards and the host's addresses. */
export async function networkFacts(
  { networkDevices }: Pick<HostFiles, "networkDevices">,
  interfaces: Interfaces = networkInterfaces(),
): Promise<Network> {
  const ports = await readdir(join(networkDevices, BRIDGE, "brif")).catch(() => undefined);
  const addresses = globalIpv6(interfaces[BRIDGE]);
  if (ports === undefined) return { bridge: "missing", addresses };
  // The guest's tap device is a port, too, and always has a carrier.
  const cards: string[] = [];
  for (const port of ports) if (await isCard(join(networkDevices, port))) cards.push(port);
  if (cards.length === 0) return { bridge: "missing", addresses };
  for (const card of cards) if (await hasCarrier(join(networkDevices, card))) return { bridge: "up", addresses };
  return { bridge: "no-carrier", addresses };
}

function isCard(path: string): Promise<boolean> {
  return stat(join(path, "device")).then(
    () => true,
    () => false,
  );
}

/** The kernel refuses to tell while a card is down. */
function hasCarrier(path: string): Promise<boolean> {
  return readFile(join(path, "carrier"), "utf8").then(
    (text) => text.trim() === "1",
    () => false,
  );
}

function globalIpv6(addresses: Interfaces[string] = []): readonly string[] {
  return addresses
    .filter(({ family, internal, address }) => family === "IPv6" && !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
}

/** Addresses, cards, routes and resolvers as text. */
export async function networkText(
  files: Pick<HostFiles, "networkDevices" | "resolvers" | "ipv6Routes">,
  interfaces: Interfaces = networkInterfaces(),
): Promise<string> {
  const lines: string[] = [];
  const devices: readonly string[] = await readdir(files.networkDevices).catch(() => []);
  for (const device of devices.toSorted()) {
    const at = async (name: string): Promise<string> =>
      (await readFile(join(files.networkDevices, device, name), "utf8").catch(() => "?")).trim();
    const speed = await at("speed");
    const carrier = (await at("carrier")) === "1" ? "signal" : "no signal";
    const rate = /^[1-9]\d*$/.test(speed) ? `, ${speed} Mb/s` : "";
    lines.push(`${device}: ${await at("address")}, ${await at("operstate")}, ${carrier}${rate}`);
    for (const { cidr } of interfaces[device] ?? []) lines.push(`    ${cidr}`);
  }
  lines.push("", "Routes:", ...ipv6Routes(await readFile(files.ipv6Routes, "utf8").catch(() => "")));
  const resolvers = await readFile(files.resolvers, "utf8").catch(() => "");
  lines.push("", "Resolvers:", ...resolvers.split("\n").filter((line) => line.startsWith("nameserver ")));
  return lines.join("\n");
}

const ROUTE_UP = 0x1;
const ROUTE_GATEWAY = 0x2;
const HOST_ROUTE_TABLES = /^(lo)$/;

/** `/proc/net/ipv6_route`: destination, length, source, length, next hop, metric, counts, flags, device. */
export function ipv6Routes(text: string): readonly string[] {
  const routes: string[] = [];
  for (const line of text.split("\n")) {
    const [destination, length, , , hop, , , , flagText, device] = line.trim().split(/\s+/);
    if (destination === undefined || length === undefined || hop === undefined || device === undefined) continue;
    const flags = Number.parseInt(flagText ?? "", 16);
    if ((flags & ROUTE_UP) === 0 || HOST_ROUTE_TABLES.test(device) || destination.startsWith("ff")) continue;
    const to =
      /^0+$/.test(destination) && length === "00"
        ? "default"
        : `${grouped(destination)}/${Number.parseInt(length, 16)}`;
    routes.push(`${to} ${(flags & ROUTE_GATEWAY) === 0 ? "" : `via ${grouped(hop)} `}dev ${device}`);
  }
  return routes;
}

/** 32 hexadecimal digits to an address. */
function grouped(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ""));
  return groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::");
}
