import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import type { UsbDevice, VmRunner } from "@icos/vm";

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

/** Throws `security-module-not-lent` when the guest does not have it. */
export async function takeBackSecurityModule(runner: Pick<VmRunner, "unplugUsb">): Promise<void> {
  try {
    await runner.unplugUsb(SECURITY_MODULE);
  } catch (error) {
    if (!(error instanceof IcosError) || error.code !== "usb-not-plugged") throw error;
    throw new IcosError("security-module-not-lent", "The guest has no security module (Nitrokey HSM) to give back.", {
      next: "Nothing is left to do; vsock_guest --attach-hsm lends it one.",
    });
  }
}

async function idOf(file: string): Promise<number> {
  return Number.parseInt((await readFile(file, "utf8").catch(() => "")).trim(), 16);
}
