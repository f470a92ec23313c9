import { checkMachineDefinition } from "./check-definition.ts";
import { TCG_CACHE_MIB, TCG_CPU, type MachineDefinition } from "./definition.ts";
import { renderBoot, firmwareFlash } from "./render-qemu-boot.ts";
import { renderDevices, renderNetworkCard } from "./render-qemu-devices.ts";
import { renderDisks } from "./render-qemu-disks.ts";
import { escapeCommas } from "./qemu-option.ts";

export const QEMU_PROGRAM = "qemu-system-x86_64";

/**
 * The QEMU 10 command line of a machine, program first. Pure.
 *
 * A reboot of the guest ends the process (`-action reboot=shutdown`): with direct boot the kernel to run is decided by
 * the boot state machine on every boot, so whoever runs the machine starts it again.
 */
export function renderQemu(definition: MachineDefinition): string[] {
  checkMachineDefinition(definition);
  const { name, uuid, memoryMiB, vcpus } = definition;
  const { sockets, cores, threads } = definition.topology ?? { sockets: 1, cores: vcpus, threads: 1 };
  const options = [
    ["-name", `guest=${name},debug-threads=on`],
    ["-nodefaults", "-no-user-config", "-display", "none"],
    ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    definition.startPaused === true ? ["-S"] : [],
    ["-machine", machine(definition)],
    accelerator(definition),
    ["-smp", `cpus=${vcpus},sockets=${sockets},cores=${cores},threads=${threads}`, "-m", `size=${memoryMiB}M`],
    memoryBackend(definition),
    confidentialGuest(definition),
    ["-uuid", uuid, "-rtc", "base=utc"],
    ["-action", "reboot=shutdown,shutdown=poweroff,panic=shutdown,watchdog=reset"],
    ["-chardev", `socket,id=qmp,path=${escapeCommas(definition.qmpSocket)},server=on,wait=off`],
    ["-mon", "chardev=qmp,mode=control"],
    ["-chardev", serialChardev(definition), "-serial", "chardev:serial0"],
    renderBoot(definition.boot),
    renderDisks(definition),
    ...definition.networkCards.map(renderNetworkCard),
    ["-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"],
    renderDevices(definition.devices),
  ];
  return [QEMU_PROGRAM, ...options.flat()];
}

/** No AHCI, SMBus, USB or VMware ports: nothing the guest would probe and not use. */
function machine(definition: MachineDefinition): string {
  const { memory = "plain", confidential, boot, devices } = definition;
  return [
    "q35,usb=off,vmport=off,smbus=off,sata=off",
    ...(devices?.hpet === false ? ["hpet=off"] : []),
    ...firmwareFlash(boot),
    ...(hasBackend(memory) ? ["memory-backend=ram0"] : []),
    ...(memory === "plain" ? [] : ["mem-merge=off,dump-guest-core=off"]),
    ...(confidential === undefined ? [] : ["confidential-guest-support=snp0"]),
  ].join(",");
}

function accelerator({ accelerator, cpu, translationCacheMiB = TCG_CACHE_MIB }: MachineDefinition): string[] {
  return accelerator.kind === "kvm"
    ? ["-accel", "kvm", "-cpu", cpu ?? "host"]
    : ["-accel", `tcg,thread=multi,tb-size=${translationCacheMiB}`, "-cpu", cpu ?? TCG_CPU];
}

function hasBackend(memory: NonNullable<MachineDefinition["memory"]>): boolean {
  return memory === "hugepages" || memory === "memfd";
}

function memoryBackend({ memory = "plain", memoryMiB }: MachineDefinition): string[] {
  if (!hasBackend(memory)) return [];
  // Mapping them reserves all of them, so none can be missing later, and hundreds of gigabytes need not be cleared first.
  const pages = memory === "hugepages" ? ",hugetlb=on,hugetlbsize=2M" : "";
  return ["-object", `memory-backend-memfd,id=ram0,size=${memoryMiB}M,share=on${pages}`];
}

function confidentialGuest({ confidential }: MachineDefinition): string[] {
  if (confidential === undefined) return [];
  const { cbitpos, reducedPhysBits, policy } = confidential;
  const options = `cbitpos=${cbitpos},reduced-phys-bits=${reducedPhysBits},policy=0x${policy.toString(16)}`;
  return ["-object", `sev-snp-guest,id=snp0,${options},kernel-hashes=on`];
}

function serialChardev({ serialSocket, serialLog }: MachineDefinition): string {
  const socket = `socket,id=serial0,path=${escapeCommas(serialSocket)},server=on,wait=off`;
  return `${socket},logfile=${escapeCommas(serialLog)},logappend=on`;
}
