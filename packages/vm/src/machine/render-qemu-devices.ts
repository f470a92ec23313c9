import type { MachineDevices, MachineNetworkCard } from "./definition.ts";

/** How long QEMU waits before it connects to its switch port again. */
const RECONNECT_MS = 1_000;

/** Name of the USB controller's bus, for what is plugged in later. */
export const USB_BUS = "usb0.0";

export function renderNetworkCard(card: MachineNetworkCard, index: number): string[] {
  const id = `net${index}`;
  // The guest is booted from memory or from a disk, never from the network: no boot ROM.
  const device = `virtio-net-pci,netdev=${id},mac=${card.mac},romfile=`;
  return ["-netdev", JSON.stringify({ ...backend(card, id) }), "-device", device];
}

function backend(card: MachineNetworkCard, id: string): object {
  if ("tap" in card) {
    const { tap } = card;
    return { type: "tap", id, ifname: tap.interface, script: "no", downscript: "no", vhost: tap.vhost };
  }
  return {
    type: "stream",
    id,
    server: false,
    addr: { type: "unix", path: card.switchSocket },
    "reconnect-ms": RECONNECT_MS,
  };
}

export function renderDevices(devices: MachineDevices = {}): string[] {
  const { balloon, watchdog, panic, usb, stick, vsockCid } = devices;
  const plain = [
    vsockCid === undefined ? [] : [`vhost-vsock-pci,guest-cid=${vsockCid}`],
    balloon === true ? ["virtio-balloon-pci,free-page-reporting=on"] : [],
    watchdog === true ? ["i6300esb"] : [],
    panic === true ? ["pvpanic-pci"] : [],
    usb === true ? ["qemu-xhci,id=usb0"] : [],
  ]
    .flat()
    .flatMap((device) => ["-device", device]);
  return stick === undefined ? plain : [...plain, ...renderStick(stick)];
}

/** Behind its controller. */
function renderStick(filename: string): string[] {
  const file = { "node-name": "stick-file", driver: "file", filename };
  const format = { "node-name": "stick", driver: "raw", file: "stick-file" };
  const device = `usb-storage,drive=stick,bus=${USB_BUS},removable=on`;
  return ["-blockdev", JSON.stringify(file), "-blockdev", JSON.stringify(format), "-device", device];
}
