import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import type { ToolsTree } from "@icos/image";
import { createVirtualSwitch, createVmRunner, type MachineDefinition, type VmRunner } from "@icos/vm";
import { consoleMoment } from "../lib/console-moment.ts";
import type { DebianImage } from "./debian-image.ts";

/** What the two machines of a comparison share. */
export interface MachineShape {
  readonly accelerator: "kvm" | "tcg";
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** Kernel arguments that are about the machine or the console, not about the system. */
  readonly kernelArguments: readonly string[];
}

export interface DebianMachine {
  /** Boots, waits for multi-user.target, shuts down in order; seconds from QEMU's start. */
  readonly boot: () => Promise<number>;
  close(): Promise<void>;
}

/** Of `say-multi-user.service`. */
const MARKER = "multi-user reached";
const LIMIT_SECONDS = 300;
const STOP_MS = 90_000;

/** A machine with Debian on a disk of its own, made by the same definition and runner as a node of a testnet. */
export async function createDebianMachine(
  image: DebianImage,
  shape: MachineShape,
  { directory, tools, signal }: { readonly directory: string; readonly tools: ToolsTree; readonly signal: AbortSignal },
): Promise<DebianMachine> {
  const sockets = await mkdtemp(join(tmpdir(), "icos-bench-"));
  const place = join(directory, "debian");
  await mkdir(place);
  const disk = join(place, "disk.qcow2");
  await tools.exec.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk, disk]);
  const serialLog = join(place, "console.log");
  const network = createVirtualSwitch({ seed: "bench" });
  const switchSocket = join(sockets, "net");
  await network.listenPort("debian", switchSocket);
  const definition: MachineDefinition = {
    name: "bench.debian",
    uuid: randomUUID(),
    memoryMiB: shape.memoryMiB,
    vcpus: shape.vcpus,
    accelerator: { kind: shape.accelerator },
    boot: {
      kind: "direct",
      kernel: image.kernel,
      initrd: image.initrd,
      commandLine: ["root=/dev/vda", "ro", "net.ifnames=0", ...shape.kernelArguments].join(" "),
    },
    disks: [{ file: disk, format: "qcow2" }],
    networkCards: [{ mac: "02:00:00:00:00:01", switchSocket }],
    serialLog,
    serialSocket: join(sockets, "serial"),
    qmpSocket: join(sockets, "qmp"),
  };
  let runner: VmRunner | undefined;
  return {
    async boot() {
      runner = createVmRunner(
        { name: "debian", prepare: async () => definition, restart: { onCrash: "stop", onReboot: "stop" } },
        { wrap: tools.wrap },
      );
      const reached = consoleMoment({ log: serialLog, text: MARKER, from: "end", limitSeconds: LIMIT_SECONDS, signal });
      reached.catch(() => undefined);
      await runner.start();
      const { state } = runner;
      if (state.kind !== "running") throw new IcosError("machine-ended", "The Debian machine ended at once.");
      const moment = await reached;
      const result = await runner.stop({ deadlineMs: STOP_MS });
      if (result !== "powered-down")
        throw new IcosError("machine-not-stopped", `The Debian machine was ${result} instead of shutting down.`);
      return (moment - state.since) / 1_000;
    },
    async close() {
      await runner?.kill();
      await network.close();
      await rm(sockets, { recursive: true, force: true });
    },
  };
}
