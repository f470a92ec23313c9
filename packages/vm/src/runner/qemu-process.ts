import { spawn, type ChildProcess } from "node:child_process";
import { IcosError, systemErrorCode, type SpawnCommand } from "@icos/system";
import type { MachineDefinition } from "../machine/definition.ts";
import { renderQemu } from "../machine/render-qemu.ts";
import type { ProcessEnd } from "./machine-exit.ts";

/** flock(1) exits with this when a disk of the machine is taken. */
const DISK_TAKEN_EXIT_CODE = 75;
const STDERR_TAIL_BYTES = 4_096;

export interface QemuProcess {
  readonly pid: number;
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  kill(): void;
}

/**
 * The command of a machine's process. Innermost first: QEMU; `flock` on each writable disk, held by QEMU itself for as
 * long as it lives, whatever becomes of its parents; `setpriv`, which has the kernel kill QEMU when its parent dies.
 */
export function machineCommand(definition: MachineDefinition, wrap: SpawnCommand): readonly string[] {
  const locks = definition.disks
    .filter((disk) => disk.readOnly !== true)
    .flatMap((disk) => [
      "flock",
      "--exclusive",
      "--nonblock",
      "--no-fork",
      `--conflict-exit-code=${DISK_TAKEN_EXIT_CODE}`,
      disk.file,
    ]);
  return wrap(["setpriv", "--pdeathsig", "KILL", "--", ...locks, ...renderQemu(definition)]);
}

/** Starts QEMU in a session of its own: Ctrl-C at the terminal is for the runner, which stops the guest in order. */
export async function startQemu(definition: MachineDefinition, wrap: SpawnCommand): Promise<QemuProcess> {
  const [program, ...args] = machineCommand(definition, wrap);
  if (program === undefined) throw new IcosError("machine-invalid", "The command of the machine is empty.");
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  const ended = watchEnd(child);
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  child.once("spawn", resolve);
  child.once("error", (cause) =>
    reject(new IcosError("qemu-not-started", `QEMU could not be started: ${cause.message}.`, { cause })),
  );
  await started;
  const { pid } = child;
  if (pid === undefined) throw new IcosError("qemu-not-started", "QEMU could not be started.");
  return { pid, ended, kill: () => killGroup(pid) };
}

/** True when the process ended because another one holds a disk of the machine. */
export function endedOnTakenDisk(end: ProcessEnd): boolean {
  return end.code === DISK_TAKEN_EXIT_CODE || /Failed to get (shared )?"[a-z ]+" lock/.test(end.stderr);
}

function watchEnd(child: ChildProcess): Promise<ProcessEnd> {
  let tail = Buffer.alloc(0);
  child.stderr?.on("data", (chunk: Buffer) => (tail = Buffer.concat([tail, chunk]).subarray(-STDERR_TAIL_BYTES)));
  const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
  child.once("close", (code, signal) => resolve({ code, signal, stderr: tail.toString().trim() }));
  return promise;
}

/** The whole session: a wrapper may have forked before it became QEMU. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (systemErrorCode(error) !== "ESRCH") throw error;
  }
}
