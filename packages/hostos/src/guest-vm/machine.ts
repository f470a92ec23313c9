import { join } from "node:path";
import type { GuestBoot, MachineBoot, MachineDefinition, MachineFirmware } from "@icos/vm";
import type { GuestVmPlaces } from "./places.ts";
import type { GuestVmPlan } from "./plan-guest-vm.ts";

export interface MachineInput {
  readonly plan: GuestVmPlan;
  readonly boot: GuestBoot;
  /** The configuration medium. */
  readonly medium: string;
  /** The machine's own firmware variables; a confidential guest has none. */
  readonly variables: string | undefined;
  /** What the disk is; a file serves for trying things. */
  readonly storage: "file" | "block-device";
  readonly places: Pick<GuestVmPlaces, "disk" | "run" | "serialLog" | "firmware">;
}

/** The virtual machine of a guest as one value (upstream's `guestos_vm_template.xml`). Pure. */
export function guestMachine({ plan, boot, medium, variables, storage, places }: MachineInput): MachineDefinition {
  const { identity, vsockCid } = plan;
  return {
    name: identity.name,
    uuid: identity.uuid,
    memoryMiB: plan.memoryMiB,
    memory: plan.memory,
    vcpus: plan.vcpus,
    topology: plan.topology,
    accelerator: plan.accelerator,
    cpu: plan.cpu,
    boot: machineBoot(boot, variables === undefined ? undefined : { code: places.firmware.code, variables }, plan),
    disks: [
      { file: places.disk, format: "raw", storage, cache: "none" },
      // Without the serial number by which a guest knows a network that cannot do duplicate address detection.
      { file: medium, format: "raw", readOnly: true },
    ],
    networkCards: [
      { mac: identity.mac, tap: { interface: identity.tap, bridge: identity.bridge, vhost: plan.vhostNet } },
    ],
    devices: {
      // Pages that a guest gives back could be missing when it wants them again: those of hugepages are its own alone.
      balloon: plan.memory === "private",
      watchdog: true,
      panic: true,
      usb: true,
      hpet: false,
      vsockCid,
    },
    confidential: plan.confidential,
    serialLog: places.serialLog,
    serialSocket: join(places.run, "serial"),
    qmpSocket: join(places.run, "qmp"),
  };
}

function machineBoot(
  boot: GuestBoot,
  flash: MachineFirmware | undefined,
  { firmwareStartsKernel }: GuestVmPlan,
): MachineBoot {
  if (boot.kind === "boot-loader") return { kind: "disk", firmware: flash };
  const { kernel, initrd, commandLine, firmware } = boot;
  return {
    kind: "direct",
    kernel,
    initrd,
    commandLine,
    firmware: firmware ?? (firmwareStartsKernel ? flash : undefined),
  };
}
