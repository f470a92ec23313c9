import { checkMachineDefinition } from "./check-definition.ts";
import { TCG_CACHE_MIB, TCG_CPU, type MachineDefinition, type MachineDisk } from "./definition.ts";

export const QEMU_PROGRAM = "qemu-system-x86_64";

/** How long QEMU waits before it connects to its switch port again. */
const RECONNECT_MS = 1_000;

/**
 * The QEMU 10 command line of a machine, program first. Pure.
 *
 * A reboot of the guest ends the process (`-action reboot=shutdown`): with direct boot the kernel to run is decided by
 * the boot state machine on every boot, so whoever runs the machine starts it again.
 */
export function renderQemu(definition: MachineDefinition): string[] {
  checkMachineDefinition(definition);
  const { name, uuid, memoryMiB, vcpus } = definition;
  const options = [
    ["-name", `guest=${name},debug-threads=on`],
    ["-nodefaults", "-no-user-config", "-display", "none"],
    ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    // No AHCI, SMBus, USB or VMware ports: nothing the guest would probe and not use.
    ["-machine", "q35,usb=off,vmport=off,smbus=off,sata=off"],
    accelerator(definition),
    ["-smp", `cpus=${vcpus},sockets=1,cores=${vcpus},threads=1`, "-m", `size=${memoryMiB}M`],
    ["-uuid", uuid, "-rtc", "base=utc"],
    ["-action", "reboot=shutdown,shutdown=poweroff,panic=shutdown,watchdog=reset"],
    ["-chardev", `socket,id=qmp,path=${escapeCommas(definition.qmpSocket)},server=on,wait=off`],
    ["-mon", "chardev=qmp,mode=control"],
    ["-chardev", serialChardev(definition), "-serial", "chardev:serial0"],
    boot(definition),
    ...disks(definition).flatMap((each, index) => disk(each, index, definition.boot.kind === "disk")),
    ...definition.networkCards.flatMap(networkCard),
    ["-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"],
  ];
  return [QEMU_PROGRAM, ...options.flat()];
}

function accelerator({ accelerator, cpu }: MachineDefinition): string[] {
  return accelerator.kind === "kvm"
    ? ["-accel", "kvm", "-cpu", cpu ?? "host"]
    : ["-accel", `tcg,thread=multi,tb-size=${TCG_CACHE_MIB}`, "-cpu", cpu ?? TCG_CPU];
}

function serialChardev({ serialSocket, serialLog }: MachineDefinition): string {
  const socket = `socket,id=serial0,path=${escapeCommas(serialSocket)},server=on,wait=off`;
  return `${socket},logfile=${escapeCommas(serialLog)},logappend=on`;
}

function boot({ boot }: MachineDefinition): string[] {
  if (boot.kind === "direct") return ["-kernel", boot.kernel, "-initrd", boot.initrd, "-append", boot.commandLine];
  return boot.firmware === undefined ? [] : ["-bios", boot.firmware];
}

function disks({ disks, configMedium }: MachineDefinition): readonly MachineDisk[] {
  if (configMedium === undefined) return disks;
  return [...disks, { file: configMedium, format: "raw", readOnly: true, serial: "config" }];
}

/** Only a machine that boots from its disks gives them an order: QEMU's own loader of a kernel takes place 0. */
function disk(disk: MachineDisk, index: number, booted: boolean): string[] {
  const node = `disk${index}`;
  const readOnly = disk.readOnly ?? false;
  const discard = (disk.discard ?? !readOnly) ? "unmap" : "ignore";
  const common = { discard, "read-only": readOnly };
  const file = { "node-name": `${node}-file`, driver: "file", filename: disk.file, ...common };
  const serial = disk.serial === undefined ? "" : `,serial=${disk.serial}`;
  const format = { "node-name": node, driver: disk.format, file: `${node}-file`, ...common };
  const order = booted ? `,bootindex=${index}` : "";
  const device = `virtio-blk-pci,drive=${node}${order}${serial}`;
  return ["-blockdev", JSON.stringify(file), "-blockdev", JSON.stringify(format), "-device", device];
}

function networkCard({ mac, switchSocket }: MachineDefinition["networkCards"][number], index: number): string[] {
  const id = `net${index}`;
  const netdev = {
    type: "stream",
    id,
    server: false,
    addr: { type: "unix", path: switchSocket },
    "reconnect-ms": RECONNECT_MS,
  };
  // The guest is booted from memory or from a disk, never from the network: no boot ROM.
  return ["-netdev", JSON.stringify(netdev), "-device", `virtio-net-pci,netdev=${id},mac=${mac},romfile=`];
}

/** In QEMU's `key=value,…` options a comma inside a value is written twice. */
function escapeCommas(value: string): string {
  return value.replaceAll(",", ",,");
}
