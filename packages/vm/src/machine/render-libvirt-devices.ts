import { IcosError } from "@icos/system";
import type { MachineDefinition, MachineDisk, MachineNetworkCard } from "./definition.ts";
import { machineDisks } from "./render-qemu-disks.ts";
import { QEMU_PROGRAM } from "./render-qemu.ts";
import { element, type XmlElement } from "./xml.ts";

export function renderLibvirtDevices(definition: MachineDefinition): XmlElement {
  const { networkCards, devices = {}, serialSocket, serialLog } = definition;
  const { vsockCid, balloon, watchdog, panic, usb, stick } = devices;
  return element("devices", {}, [
    element("emulator", {}, `/usr/bin/${QEMU_PROGRAM}`),
    machineDisks(definition).map(disk),
    stick === undefined ? undefined : usbStick(stick),
    element("controller", { type: "usb", index: 0, model: usb === true ? "qemu-xhci" : "none" }),
    networkCards.map((card) => networkCard(card, definition.name)),
    element("serial", { type: "unix" }, [
      element("source", { mode: "bind", path: serialSocket }),
      element("log", { file: serialLog, append: "on" }),
      element("target", { type: "isa-serial", port: 0 }),
    ]),
    vsockCid === undefined
      ? undefined
      : element("vsock", { model: "virtio" }, [element("cid", { auto: "no", address: vsockCid })]),
    watchdog === true ? element("watchdog", { model: "i6300esb", action: "reset" }) : undefined,
    element("memballoon", balloon === true ? { model: "virtio", freePageReporting: "on" } : { model: "none" }),
    element("rng", { model: "virtio" }, [element("backend", { model: "builtin" })]),
    panic === true ? element("panic", { model: "pvpanic" }) : undefined,
  ]);
}

function disk(disk: MachineDisk, index: number): XmlElement {
  if (disk.bus === "nvme") {
    throw new IcosError(
      "libvirt-unsupported",
      `The disk ${disk.file} is on NVMe, which this document does not describe.`,
      {
        next: "Put the disk on virtio.",
      },
    );
  }
  const block = disk.storage === "block-device";
  const readOnly = disk.readOnly ?? false;
  const driver = {
    name: "qemu",
    type: disk.format,
    cache: disk.cache,
    io: disk.cache === "none" ? "native" : undefined,
    discard: (disk.discard ?? !readOnly) ? "unmap" : "ignore",
  };
  return element("disk", { type: block ? "block" : "file", device: "disk" }, [
    element("driver", driver),
    element("source", block ? { dev: disk.file } : { file: disk.file }),
    element("target", { dev: `vd${String.fromCharCode("a".charCodeAt(0) + index)}`, bus: "virtio" }),
    readOnly ? element("readonly") : undefined,
    disk.serial === undefined ? undefined : element("serial", {}, disk.serial),
  ]);
}

function usbStick(file: string): XmlElement {
  return element("disk", { type: "file", device: "disk" }, [
    element("driver", { name: "qemu", type: "raw" }),
    element("source", { file }),
    element("target", { dev: "sda", bus: "usb", removable: "on" }),
  ]);
}

function networkCard(card: MachineNetworkCard, machine: string): XmlElement {
  if (!("tap" in card)) {
    throw new IcosError(
      "libvirt-unsupported",
      `Machine ${machine} has a card on a virtual switch, which libvirt lacks.`,
      {
        next: "Put the card on a bridge of the host.",
      },
    );
  }
  return element("interface", { type: "bridge" }, [
    element("mac", { address: card.mac }),
    element("source", { bridge: card.tap.bridge }),
    element("model", { type: "virtio" }),
    element("driver", { name: card.tap.vhost ? "vhost" : "qemu" }),
    element("rom", { enabled: "no" }),
  ]);
}
