import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "@icos/system";
import { createVmRunner, prepareDirectBoot, type MachineNetworkCard, type VmState } from "@icos/vm";
import { OVMF } from "../../../packages/testnet/src/supervisor/nested-machine.ts";
import { ensureNodeDisk } from "../../../packages/testnet/src/supervisor/node-disk.ts";
import { readConsole, untilConsole } from "./console.ts";
import type { TestImage } from "./image.ts";

export interface TestMachineOptions {
  /** Changes the machine's own disk before its first boot. */
  readonly changeDisk?: ((disk: string) => Promise<void>) | undefined;
  /** Writes the configuration medium to this path; without it the machine has none. */
  readonly writeMedium?: ((path: string) => Promise<void>) | undefined;
  readonly networkCards?: readonly MachineNetworkCard[] | undefined;
  /** Whether OVMF starts the kernel, as HostOS has it for a production guest. */
  readonly firmware?: boolean | undefined;
}

export interface TestMachine {
  /** The console, once it shows the pattern `times` times. Rejects when the machine ends before, or after minutes. */
  shows(pattern: RegExp, times?: number): Promise<string>;
  /** The console of a machine that has ended by itself. Rejects after minutes. */
  ends(): Promise<string>;
  /** How it stands. */
  readonly state: VmState;
}

const CONSOLE = "console.log";

/**
 * Boots a machine from a thin disk over the image, as a testnet does, and ends it when `use` is through. A machine that
 * restarts stays off. On failure the console is kept and named in the error; everything else is removed.
 */
export async function withMachine(
  image: TestImage,
  options: TestMachineOptions,
  use: (machine: TestMachine) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-e2e-"));
  const file = join(directory, CONSOLE);
  const runner = createVmRunner(
    {
      name: "refusal",
      prepare: () => defineMachine(image, options, directory),
      restart: { onReboot: "stop", onCrash: "stop" },
    },
    { wrap: image.tools.wrap },
  );
  const ended = (): boolean => runner.state.kind === "stopped" || runner.state.kind === "crashed";
  const machine: TestMachine = {
    shows(pattern, times = 1) {
      const all = new RegExp(pattern, `${pattern.flags}g`);
      const what = times === 1 ? `${pattern}` : `${pattern} ${times} times`;
      return untilConsole(file, what, (text) => [...text.matchAll(all)].length >= times, ended);
    },
    async ends() {
      await untilConsole(file, "the machine's end", ended, () => false);
      return readConsole(file);
    },
    get state() {
      return runner.state;
    },
  };
  try {
    await runner.start();
    await use(machine);
  } catch (cause) {
    await runner.kill();
    await removeAllBut(CONSOLE, directory);
    throw new Error(`${describeError(cause)}\nThe console of the machine: ${file}`, { cause });
  } finally {
    await runner.kill();
  }
  await rm(directory, { recursive: true });
}

async function defineMachine(
  { build, tools, accelerator }: TestImage,
  { changeDisk, writeMedium, networkCards = [], firmware = false }: TestMachineOptions,
  directory: string,
): ReturnType<Parameters<typeof createVmRunner>[0]["prepare"]> {
  const disk = { file: join(directory, "disk.qcow2"), format: "qcow2" } as const;
  await ensureNodeDisk({ directory, disk: disk.file }, build.diskImage.path, tools.exec);
  await changeDisk?.(disk.file);
  const configMedium = writeMedium && join(directory, "config.img");
  if (configMedium !== undefined) await writeMedium?.(configMedium);
  const boot = await prepareDirectBoot({ disk, directory: join(directory, "boot") }, tools);
  const { kernel, initrd, commandLine } = boot;
  const variables = join(directory, "firmware.fd");
  if (firmware) await tools.exec.run(["cp", "--no-preserve=mode", OVMF.variables, variables]);
  return {
    name: "refusal",
    uuid: randomUUID(),
    memoryMiB: 1024,
    vcpus: 1,
    accelerator,
    boot: {
      kind: "direct",
      kernel,
      initrd,
      commandLine,
      firmware: firmware ? { code: OVMF.code, variables } : undefined,
    },
    disks: [disk],
    configMedium,
    networkCards,
    serialLog: join(directory, CONSOLE),
    serialSocket: join(directory, "serial"),
    qmpSocket: join(directory, "qmp"),
  };
}

async function removeAllBut(kept: string, directory: string): Promise<void> {
  const names = await readdir(directory);
  await Promise.all(
    names.filter((name) => name !== kept).map((name) => rm(join(directory, name), { recursive: true })),
  );
}
