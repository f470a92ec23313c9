import { join } from "node:path";
import { readFile, stat } from "node:fs/promises";
import { formatIpv6, parseIpv6 } from "@icos/config";
import { IcosError, type Clock } from "@icos/system";
import type { Layout } from "./layout.ts";

export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  /** True when programs can listen on it: duplicate address detection is over. */
  readonly usable: boolean;
}

const SCOPE_GLOBAL = 0x00;
const TEMPORARY = 0x01;
const DAD_FAILED = 0x08;
const DEPRECATED = 0x20;
const TENTATIVE = 0x40;

/** Global addresses in `/proc/net/if_inet6`, without temporary, deprecated and duplicate ones. */
export function parseIfInet6(text: string): readonly InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  for (const line of text.split("\n")) {
    const fields = /^([0-9a-f]{32}) [0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) +(\S+)$/.exec(line);
    const [, hex = "", scope = "", flagsText = "", name = ""] = fields ?? [];
    if (!fields || Number.parseInt(scope, 16) !== SCOPE_GLOBAL) continue;
    const flags = Number.parseInt(flagsText, 16);
    if ((flags & (TEMPORARY | DAD_FAILED | DEPRECATED)) !== 0) continue;
    addresses.push({
      interface: name,
      address: formatIpv6(Buffer.from(hex, "hex")),
      usable: (flags & TENTATIVE) === 0,
    });
  }
  return addresses;
}

export interface WaitForAddressOptions {
  /** Wait for this address (of a Fixed configuration) and no other. */
  readonly expected?: string | undefined;
  /** Milliseconds; upstream waits two minutes. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const POLL_MS = 250;

/**
 * Waits until a network interface that is a device (not loopback, not virtual) has a global IPv6 address that programs can
 * listen on, and returns the address. Throws `no-address` after the time is over.
 */
export async function waitForAddress(
  layout: Pick<Layout, "proc" | "sys">,
  clock: Clock,
  { expected, timeout = 120_000, signal }: WaitForAddressOptions = {},
): Promise<string> {
  const wanted = expected === undefined ? undefined : canonical(expected);
  const deadline = clock.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    for (const { interface: name, address, usable } of await globalAddresses(layout)) {
      if (usable && (wanted === undefined || address === wanted) && (await isDevice(layout, name))) return address;
    }
    if (clock.now() >= deadline) throw noAddress(wanted, timeout);
    await clock.sleep(POLL_MS, signal);
  }
}

async function globalAddresses(layout: Pick<Layout, "proc">): Promise<readonly InterfaceAddress[]> {
  return parseIfInet6(await readFile(join(layout.proc, "net/if_inet6"), "utf8"));
}

/** Virtual interfaces have no `device` in sysfs. */
async function isDevice(layout: Pick<Layout, "sys">, name: string): Promise<boolean> {
  return stat(join(layout.sys, "class/net", name, "device")).then(
    () => true,
    () => false,
  );
}

function canonical(address: string): string {
  const bytes = parseIpv6(address);
  if (bytes === undefined) throw new IcosError("invalid-address", `${JSON.stringify(address)} is not an IPv6 address.`);
  return formatIpv6(bytes);
}

function noAddress(wanted: string | undefined, timeout: number): IcosError {
  const what =
    wanted === undefined
      ? "No network interface got a global IPv6 address"
      : `The address ${wanted} did not become usable`;
  return new IcosError("no-address", `${what} within ${timeout / 1000} s.`, {
    next:
      wanted === undefined
        ? "Check that the network sends router advertisements."
        : "Check that no other machine uses it.",
  });
}
