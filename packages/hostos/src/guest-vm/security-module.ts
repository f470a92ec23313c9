import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import type { UsbDevice } from "@icos/vm";

/** The hardware security module that node operators have: a Nitrokey HSM. */
export const SECURITY_MODULE: UsbDevice = { vendorId: 0x20a0, productId: 0x4230 };

/** Throws `no-security-module` unless one is plugged into the machine. */
export async function requireSecurityModule({ sys }: { readonly sys: string }): Promise<void> {
  const devices = join(sys, "bus/usb/devices");
  for (const name of await readdir(devices).catch(() => [])) {
    const vendor = await idOf(join(devices, name, "idVendor"));
    const product = await idOf(join(devices, name, "idProduct"));
    if (vendor === SECURITY_MODULE.vendorId && product === SECURITY_MODULE.productId) return;
  }
  throw new IcosError("no-security-module", "No security module (Nitrokey HSM) is plugged into the machine.", {
    next: "Plug it into a USB port of the machine.",
  });
}

async function idOf(file: string): Promise<number> {
  return Number.parseInt((await readFile(file, "utf8").catch(() => "")).trim(), 16);
}
