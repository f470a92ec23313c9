import { IcosError } from "@icos/system";
import { USB_BUS } from "../machine/render-qemu-devices.ts";
import type { QmpClient } from "../qmp/client.ts";

/** What a kind of USB device is known by. */
export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
}

/** Nothing changes when the guest has it already. Rejects with QEMU's words (`qmp-command-failed`). */
export async function plugUsb(qmp: QmpClient, device: UsbDevice): Promise<void> {
  const { vendorId: vendorid, productId: productid } = device;
  const id = usbId(device);
  if (await hasDevice(qmp, id)) return;
  await qmp.execute("device_add", { driver: "usb-host", id, bus: USB_BUS, vendorid, productid });
}

/** Rejects as `plugUsb`, and with `usb-not-plugged` when the guest does not have it. `machine`: its name, for that. */
export async function unplugUsb(qmp: QmpClient, device: UsbDevice, machine: string): Promise<void> {
  const id = usbId(device);
  if (!(await hasDevice(qmp, id)))
    throw new IcosError("usb-not-plugged", `Machine ${machine} has no USB device ${usbName(device)} of the host.`);
  await qmp.execute("device_del", { id });
}

/** As `lsusb` writes it. */
function usbName({ vendorId, productId }: UsbDevice): string {
  return `${vendorId.toString(16).padStart(4, "0")}:${productId.toString(16).padStart(4, "0")}`;
}

function usbId({ vendorId, productId }: UsbDevice): string {
  return `usb-${vendorId.toString(16)}-${productId.toString(16)}`;
}

async function hasDevice(qmp: QmpClient, id: string): Promise<boolean> {
  const devices = await qmp.execute("qom-list", { path: "/machine/peripheral" });
  return devices.some(({ name }) => name === id);
}
