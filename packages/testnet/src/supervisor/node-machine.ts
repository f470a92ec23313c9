import { hash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Exec, SpawnCommand } from "@icos/system";
import { type Accelerator, type MachineDefinition, prepareDirectBoot, type VmState } from "@icos/vm";
import type { NodePlan } from "../topology/plan.ts";
import type { Machine } from "./modules.ts";
import { runMachine } from "./run-machine.ts";

export interface NodeMachineOptions {
  readonly testnet: string;
  readonly node: NodePlan;
  readonly accelerator: Accelerator;
  /** Of the node's port on the switch. */
  readonly switchSocket: string;
  readonly observe: (state: VmState) => void;
}

/** How long a guest has to shut down; under emulation that is slow. */
const STOP_DEADLINE_MS = 60_000;

/** The unix socket of a node's serial console. */
export function consoleSocket(node: Pick<NodePlan, "run">): string {
  return join(node.run, "serial");
}

/** The node's VM: every boot reads kernel and command line anew from the slot whose turn it is. */
export function createNodeMachine(
  options: NodeMachineOptions,
  { exec, wrap }: { readonly exec: Exec; readonly wrap: SpawnCommand },
): Machine {
  const { testnet, node, accelerator, switchSocket, observe } = options;
  const disk = { file: node.disk, format: "qcow2" } as const;
  const prepare = async (): Promise<MachineDefinition> => {
    await mkdir(node.run, { recursive: true, mode: 0o700 });
    const boot = await prepareDirectBoot({ disk, directory: join(node.directory, "boot") }, { exec });
    return {
      name: `${testnet}.${node.name}`,
      uuid: machineUuid(testnet, node.name),
      memoryMiB: node.memoryMiB,
      vcpus: node.vcpus,
      accelerator,
      boot: { kind: "direct", kernel: boot.kernel, initrd: boot.initrd, commandLine: boot.commandLine },
      disks: [disk],
      configMedium: node.configMedium,
      networkCards: [{ mac: node.mac, switchSocket }],
      serialLog: node.consoleLog,
      serialSocket: consoleSocket(node),
      qmpSocket: join(node.run, "qmp"),
    };
  };
  return runMachine({ name: node.name, prepare, observe, stopDeadlineMs: STOP_DEADLINE_MS, wrap });
}

/** A name-based UUID (RFC 9562, version 8). */
export function machineUuid(testnet: string, node: string): string {
  const digits = hash("sha256", `icos machine ${testnet}/${node}`);
  const variant = ((parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`];
  return [...parts, `${variant}${digits.slice(17, 20)}`, digits.slice(20, 32)].join("-");
}
