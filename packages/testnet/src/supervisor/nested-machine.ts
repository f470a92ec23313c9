import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Exec, IcosError, type SpawnCommand } from "@icos/system";
import type { Accelerator, MachineDefinition } from "@icos/vm";
import { machineSize, NESTED_TRANSLATION_CACHE_MIB } from "../topology/machine-size.ts";
import type { Machine } from "./modules.ts";
import { consoleSocket, machineUuid, type NodeMachineOptions } from "./node-machine.ts";
import { runMachine } from "./run-machine.ts";
import { exists } from "./shared-files.ts";
import { ensureStick, stickFile } from "./usb-stick.ts";

/** Debian's OVMF in the tools tree: code, and variables as they are at first. */
export const OVMF = { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" } as const;

/** The host first stops its guest, which takes as long as it takes; both are slow under emulation. */
const STOP_DEADLINE_MS = 180_000;

/** A nested node's VM is its host: firmware and GRUB boot it from its disk, as a real machine. */
export function createNestedMachine(
  options: NodeMachineOptions,
  { exec, wrap }: { readonly exec: Exec; readonly wrap: SpawnCommand },
): Machine {
  const { node } = options;
  const variables = join(node.directory, "firmware.fd");
  const prepare = async (): Promise<MachineDefinition> => {
    await mkdir(node.run, { recursive: true, mode: 0o700 });
    await ensureStick(node, exec);
    if (!(await exists(variables))) await exec.run(["cp", "--no-preserve=mode", OVMF.variables, variables]);
    return nestedMachineDefinition(options, { code: OVMF.code, variables });
  };
  return runMachine({ name: node.name, prepare, observe: options.observe, stopDeadlineMs: STOP_DEADLINE_MS, wrap });
}

/** Pure. Under emulation only QEMU's model `max` has the virtualisation that HostOS runs its guest with. */
export function nestedMachineDefinition(
  { testnet, node, accelerator, switchSocket }: NodeMachineOptions,
  firmware: { readonly code: string; readonly variables: string },
): MachineDefinition {
  if (node.host === undefined) throw new IcosError("not-nested", `The node ${node.name} has no host.`);
  return {
    name: `${testnet}.${node.name}`,
    uuid: machineUuid(testnet, node.name),
    ...machineSize(node),
    ...(accelerator.kind === "tcg" ? { cpu: "max", translationCacheMiB: NESTED_TRANSLATION_CACHE_MIB } : {}),
    accelerator,
    boot: { kind: "disk", firmware },
    // As servers have them: HostOS's drivers, metrics and watchdog meet what they meet there.
    disks: [{ file: node.disk, format: "qcow2", bus: "nvme", serial: "hostos" }],
    devices: {
      watchdog: true,
      ...(node.usbStickMiB === undefined ? {} : { usb: true, stick: stickFile(node) }),
    },
    networkCards: [{ mac: node.host.mac, switchSocket }],
    serialLog: node.consoleLog,
    serialSocket: consoleSocket(node),
    qmpSocket: join(node.run, "qmp"),
  };
}

/** Of the kernel module that HostOS needs in itself: it runs guests on AMD processors. */
const NESTING = "/sys/module/kvm_amd/parameters/nested";

/** KVM only where it gives HostOS a KVM of its own; emulation has one. */
export async function nestedAccelerator(outer: Accelerator, parameter = NESTING): Promise<Accelerator> {
  if (outer.kind === "tcg") return outer;
  const value = await readFile(parameter, "utf8").catch(() => "");
  return /^[1Yy]/.test(value) ? outer : { kind: "tcg" };
}
