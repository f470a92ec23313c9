import type { MachineDefinition, MachineDisk } from "./definition.ts";

/** The disks, and the configuration medium after them. */
export function renderDisks(definition: MachineDefinition): string[] {
  const booted = definition.boot.kind === "disk";
  return machineDisks(definition).flatMap((disk, index) => renderDisk(disk, index, booted));
}

/** Every disk in the order of the guest. */
export function machineDisks({ disks, configMedium }: MachineDefinition): readonly MachineDisk[] {
  if (configMedium === undefined) return disks;
  return [...disks, { file: configMedium, format: "raw", readOnly: true, serial: "config" }];
}

/** Only a machine that boots from its disks gives them an order: QEMU's own loader of a kernel takes place 0. */
function renderDisk(disk: MachineDisk, index: number, booted: boolean): string[] {
  const node = `disk${index}`;
  const readOnly = disk.readOnly ?? false;
  const discard = (disk.discard ?? !readOnly) ? "unmap" : "ignore";
  const cache = disk.cache === "none" ? { cache: { direct: true, "no-flush": false } } : {};
  const common = { discard, "read-only": readOnly, ...cache };
  const file = {
    "node-name": `${node}-file`,
    driver: disk.storage === "block-device" ? "host_device" : "file",
    filename: disk.file,
    // The kernel's own asynchronous I/O needs a file that is opened past the page cache.
    ...(disk.cache === "none" ? { aio: "native" } : {}),
    ...common,
  };
  const serial = disk.serial === undefined ? "" : `,serial=${disk.serial}`;
  const format = { "node-name": node, driver: disk.format, file: `${node}-file`, ...common };
  const order = booted ? `,bootindex=${index}` : "";
  const device = `${disk.bus === "nvme" ? "nvme" : "virtio-blk-pci"},drive=${node}${order}${serial}`;
  return ["-blockdev", JSON.stringify(file), "-blockdev", JSON.stringify(format), "-device", device];
}
