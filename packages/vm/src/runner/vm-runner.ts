import { describeError, IcosError, systemClock, type Clock, type SpawnCommand } from "@icos/system";
import { limitLog } from "../console/limit-log.ts";
import type { MachineDefinition } from "../machine/definition.ts";
import { connectQmp, QMP_TIMEOUT_MS, type QmpClient } from "../qmp/client.ts";
import { exitOfEvent, machineExit, type MachineExit } from "./machine-exit.ts";
import { endedOnTakenDisk, startQemu, type QemuProcess } from "./qemu-process.ts";
import { DEFAULT_RESTART_POLICY, planAfterExit, type RestartPolicy } from "./restart-policy.ts";
import { stopMachine } from "./stop-machine.ts";
import { plugUsb, unplugUsb, type UsbDevice } from "./usb-device.ts";
import type { StopResult, VmState, VmStatus } from "./vm-state.ts";

/** A boot that has something to do between the moment it is certain and the guest's first instruction. */
export interface PreparedMachine {
  readonly definition: MachineDefinition;
  /** Called when QEMU has made the machine, holds its disks and waits. If it fails the guest does not run. */
  commit(): Promise<void>;
}

export interface VmRunnerOptions {
  readonly name: string;
  /** Called before every boot, so that direct boot can read the boot slot anew. A failure counts as a crash. */
  readonly prepare: (signal: AbortSignal) => Promise<MachineDefinition | PreparedMachine>;
  readonly restart?: Partial<RestartPolicy> | undefined;
  /** Called on every change of state, in order. */
  readonly observe?: ((state: VmState, name: string) => void) | undefined;
}

export interface VmRunnerModules {
  /** Puts QEMU where its files are: the tools tree. */
  readonly wrap: SpawnCommand;
  readonly clock?: Clock | undefined;
}

/**
 * How long QEMU may take to greet. It does so when the machine is made, for which a confidential one hands each page over to
 * the firmware: libvirt, too, waits a second longer for each GiB.
 */
function qmpTimeoutMs({ memoryMiB }: MachineDefinition): number {
  return QMP_TIMEOUT_MS + (memoryMiB / 1_024) * 1_000;
}

/** Runs one machine: starts its QEMU, starts it again as the policy says, stops it. */
export interface VmRunner {
  /**
   * Settles when QEMU answers. Rejects with `machine-not-started` and stops trying when the first boot fails, or with
   * `disk-in-use`; later failures are up to the restart policy. Does nothing when the machine is started already.
   */
  start(): Promise<void>;
  /**
   * Presses the power button and Ctrl-Alt-Del, again every few seconds in case the guest was not listening yet; at the deadline ends
   * QEMU, flushing the disks; kills it if that takes longer than 5 s. Settles when the process is gone.
   */
  stop(options: { readonly deadlineMs: number }): Promise<StopResult>;
  /** As a power cut: SIGKILL. Settles when the process is gone. */
  kill(): Promise<void>;
  /** As the reset button: the machine boots anew, through its boot state machine. */
  reset(): Promise<void>;
  /**
   * Hands a USB device of the host to the guest, until it is unplugged or the machine ends; nothing changes when the guest has
   * it already. The machine needs a USB controller. Rejects with `machine-not-running`, and with QEMU's words
   * (`qmp-command-failed`).
   */
  plugUsb(device: UsbDevice): Promise<void>;
  /** Takes it back. Rejects as `plugUsb`, and with `usb-not-plugged` when the guest does not have it. */
  unplugUsb(device: UsbDevice): Promise<void>;
  status(): Promise<VmStatus>;
  readonly state: VmState;
}

interface FirstBoot {
  booted(): void;
  failed(error: Error): void;
}

interface Run {
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
  readonly startedAt: number;
  /** How the machine ended. Never rejects. */
  readonly exit: Promise<MachineExit>;
}

const LOG_CHECK_MS = 30_000;

export function createVmRunner(options: VmRunnerOptions, modules: VmRunnerModules): VmRunner {
  const { name } = options;
  const { wrap, clock = systemClock } = modules;
  const policy: RestartPolicy = { ...DEFAULT_RESTART_POLICY, ...options.restart };
  let state: VmState = { kind: "stopped" };
  let boots = 0;
  let run: Run | undefined;
  let wish: AbortController | undefined;
  let firstBoot: Promise<void> = Promise.resolve();
  let ending: Promise<void> | undefined;
  /** The supervision of the present wish; settles when the machine is stopped for good. */
  let supervision: Promise<void> = Promise.resolve();

  function become(next: VmState): void {
    state = next;
    options.observe?.(next, name);
  }

  /** Before the last state is told, so that whoever hears of it can start the machine again. */
  function dropWish(signal: AbortSignal): void {
    if (wish?.signal === signal) wish = undefined;
  }

  /** Starts QEMU and waits until it answers. */
  async function boot(signal: AbortSignal): Promise<Run> {
    become({ kind: "starting", since: clock.now() });
    const prepared = await options.prepare(signal);
    const definition = "commit" in prepared ? { ...prepared.definition, startPaused: true } : prepared;
    signal.throwIfAborted();
    await limitLog(definition.serialLog);
    const process = await startQemu(definition, wrap);
    boots += 1;
    const startedAt = clock.now();
    const gone = new AbortController();
    void process.ended.then((end) => gone.abort(notStarted(name, machineExit(end, undefined), endedOnTakenDisk(end))));
    let announced: MachineExit | undefined;
    try {
      const qmp = await connectQmp(definition.qmpSocket, {
        timeoutMs: qmpTimeoutMs(definition),
        signal: AbortSignal.any([signal, gone.signal]),
        onEvent: (event) => (announced = exitOfEvent(event, announced) ?? announced),
      });
      if (definition.startPaused === true) {
        signal.throwIfAborted();
        if ("commit" in prepared) await prepared.commit();
        await qmp.execute("cont");
      }
      const exit = process.ended.then(async (end) => {
        await qmp.closed; // the kernel has closed it; the last event may still have to be read
        return machineExit(end, announced);
      });
      void watchLog(definition.serialLog, gone.signal);
      return { process, qmp, startedAt, exit };
    } catch (error) {
      process.kill();
      await process.ended;
      throw error;
    }
  }

  async function watchLog(file: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(LOG_CHECK_MS, signal).catch(() => undefined);
      if (!signal.aborted) await limitLog(file).catch(() => undefined);
    }
  }

  /** Boots again and again until the policy or the wish says stop. */
  async function supervise(signal: AbortSignal, firstBoot: FirstBoot): Promise<void> {
    let shortRuns = 0;
    let first = true;
    while (!signal.aborted) {
      let exit: MachineExit;
      let ranMs = 0;
      try {
        run = await boot(signal);
        if (signal.aborted) run.process.kill(); // stop() came before there was a run to stop
        else become({ kind: "running", since: run.startedAt, pid: run.process.pid });
        firstBoot.booted();
        first = false;
        exit = await run.exit;
        ranMs = clock.now() - run.startedAt;
      } catch (error) {
        exit = { kind: "crash", reason: describeError(error) };
        if (first || signal.aborted) {
          dropWish(signal);
          if (!signal.aborted) become({ kind: "crashed", at: clock.now(), reason: exit.reason, retryAt: undefined });
          firstBoot.failed(error instanceof Error ? error : new Error(exit.reason));
          return;
        }
      } finally {
        run?.qmp.close();
        run = undefined;
      }
      if (signal.aborted) return;
      const plan = planAfterExit(policy, exit, ranMs, shortRuns);
      if (plan.kind === "stop") dropWish(signal);
      const retryAt = plan.kind === "restart" ? clock.now() + plan.delayMs : undefined;
      if (exit.kind === "crash") become({ kind: "crashed", at: clock.now(), reason: exit.reason, retryAt });
      else if (plan.kind === "stop") become({ kind: "stopped", exit });
      else if (plan.delayMs > 0)
        become({ kind: "restarting", at: clock.now(), exit, retryAt: clock.now() + plan.delayMs });
      if (plan.kind === "stop") return;
      shortRuns = plan.shortRuns;
      if (plan.delayMs > 0) await clock.sleep(plan.delayMs, signal).catch(() => undefined);
    }
  }

  async function start(): Promise<void> {
    if (ending !== undefined) await ending;
    if (wish !== undefined) return firstBoot;
    const controller = new AbortController();
    wish = controller;
    const first = Promise.withResolvers<void>();
    firstBoot = first.promise;
    supervision = supervise(controller.signal, {
      booted: () => first.resolve(),
      failed: (error) => first.reject(error),
    });
    return firstBoot;
  }

  /** Takes the wish back and ends the process by `how`. */
  async function end(deadlineMs: number, how: (run: Run) => Promise<StopResult>): Promise<StopResult> {
    const current = run;
    const wasStarting = state.kind === "starting";
    if (wish === undefined) {
      await (ending ?? supervision);
      return "already-stopped";
    }
    const now = clock.now();
    become({ kind: "stopping", since: now, deadline: now + deadlineMs });
    wish.abort(new IcosError("machine-stopped", `Machine ${name} was told to stop.`));
    wish = undefined;
    const result = current === undefined ? (wasStarting ? "killed" : "already-stopped") : await how(current);
    const exit = await current?.exit;
    await supervision;
    become({ kind: "stopped", exit });
    return result;
  }

  function endOnce(deadlineMs: number, how: (run: Run) => Promise<StopResult>): Promise<StopResult> {
    const result = end(deadlineMs, how);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    ending = settled;
    void settled.then(() => {
      if (ending === settled) ending = undefined;
    });
    return result;
  }

  function running(): Run {
    if (run !== undefined && state.kind === "running") return run;
    throw new IcosError("machine-not-running", `Machine ${name} does not run.`, { next: "Start it first." });
  }

  return {
    start,
    stop: ({ deadlineMs }) => endOnce(deadlineMs, (current) => stopMachine(current, { deadlineMs, clock })),
    async kill() {
      run?.process.kill(); // also when a stop is under way
      await endOnce(0, () => Promise.resolve("killed"));
    },
    async reset() {
      await running().qmp.execute("system_reset");
    },
    async plugUsb(device) {
      await plugUsb(running().qmp, device);
    },
    async unplugUsb(device) {
      await unplugUsb(running().qmp, device, name);
    },
    async status() {
      const qemu = await run?.qmp.execute("query-status").catch(() => undefined);
      return { name, state, boots, qemu: qemu?.status };
    },
    get state() {
      return state;
    },
  };
}

function notStarted(name: string, exit: MachineExit, diskTaken: boolean): IcosError {
  const reason = exit.kind === "crash" ? exit.reason : "QEMU ended at once";
  if (diskTaken) {
    return new IcosError("disk-in-use", `A disk of machine ${name} is in use by another process: ${reason}.`, {
      next: "Stop the machine that uses it.",
    });
  }
  return new IcosError("machine-not-started", `Machine ${name} did not start: ${reason}.`);
}
