import { join } from "node:path";
import { describeError, IcosError, systemErrorCode, type SpawnCommand } from "@icos/system";
import { createVmRunner, type RestartPolicy, type VmRunner, type VmState } from "@icos/vm";
import { silenceLimitMs, watchBoot, type BootWatchOptions } from "./boot-watch.ts";
import type { Consoles } from "./consoles.ts";
import { serveControl, type ControlRequest, type ControlServer } from "./control.ts";
import { guestVmName } from "./identity.ts";
import { writeRunnerMetrics } from "./metrics.ts";
import { HUGEPAGES_SHORT } from "./plan-resources.ts";
import { prepareStart, type PreparedStart, type StartOptions } from "./prepare-start.ts";
import type { GuestVmPlaces } from "./places.ts";
import { createRecorder } from "./recorder.ts";
import { readRunState } from "./run-state.ts";
import { bootLines, cardLine, failureLines, launchLines, waitLines } from "./say.ts";
import { requireSecurityModule, SECURITY_MODULE, takeBackSecurityModule } from "./security-module.ts";
import type { Notify } from "./sd-notify.ts";
import { mayBeAtWork } from "./signs-of-life.ts";
import type { StartModules } from "./start-context.ts";
import { watchCard, type CardChange } from "./watch-card.ts";

export interface RunModules extends StartModules {
  readonly consoles: Consoles;
  readonly notify: Notify;
  /** Starts QEMU; a test puts something in its place. */
  readonly wrap?: SpawnCommand | undefined;
  readonly restart?: Partial<RestartPolicy> | undefined;
  readonly bootWatch?: Omit<BootWatchOptions, "signal"> | undefined;
}

/** How long the guest has to shut down before its machine is switched off (upstream). */
export const STOP_DEADLINE_MS = 120_000;

/** Long after the end of a machine is known. */
const RESET_MS = 10_000;

/** A guest comes back whatever ended it; the upgrade VM has done its work when it ends. */
const GUEST: Partial<RestartPolicy> = { onPoweroff: "restart", onReboot: "restart", onCrash: "restart" };
const UPGRADE: Partial<RestartPolicy> = { onPoweroff: "stop", onReboot: "stop", onCrash: "stop" };

/**
 * Runs the virtual machine of a guest until the signal, and then stops it in order; that of an upgrade until it ends by itself.
 * Throws when the first start fails, and when the upgrade VM crashes: systemd then starts the runner again.
 */
export async function runGuestVm(options: StartOptions, modules: RunModules, signal: AbortSignal): Promise<void> {
  const { role, places } = options;
  const { clock, logger, consoles, notify } = modules;
  const name = guestVmName(role);
  const file = join(places.state, `${name}.json`);
  const previous = await readRunState(file).catch(() => undefined);
  if (signal.aborted) return;
  const recorder = createRecorder({ name, file, previous }, modules);
  const ended = Promise.withResolvers<VmState>();
  ended.promise.catch(() => undefined); // nobody waits for it when the first start fails
  let start: PreparedStart | undefined;
  let watching = new AbortController();

  const say = (...lines: readonly string[]): void =>
    void consoles.say(...lines).catch((error: unknown) => logger.log("warning", describeError(error)));

  async function report(started: boolean): Promise<void> {
    const hugepages = start?.plan.memory === "hugepages";
    await writeRunnerMetrics(places.metrics, { role, started, hugepages }).catch((error: unknown) =>
      logger.log("warning", "metrics not written", { error: describeError(error) }),
    );
  }

  function watch({ plan }: PreparedStart): void {
    watching.abort();
    watching = new AbortController();
    const observe = (progress: Parameters<typeof recorder.boot>[0]): void => {
      recorder.boot(progress);
      say(...bootLines(name, progress));
      if (progress === "hung" && role.type === "default") startAgain("it hung before it had booted");
    };
    const since = clock.now();
    const { memoryMiB, confidential } = plan;
    const watched = {
      signal: watching.signal,
      silenceMs: silenceLimitMs({ memoryMiB, confidential: confidential !== undefined }),
      mayBeAtWork: () => mayBeAtWork(role, places, since),
    };
    watchBoot(places.serialLog, observe, { ...watched, ...modules.bootWatch }).catch((error: unknown) =>
      logger.log("warning", "serial log not watched", { error: describeError(error) }),
    );
    void watchCard(plan.identity.tap, reconnect, { sys: places.sys, clock, signal: watching.signal });
  }

  /** A machine cannot be given another card while it runs: it is started again. */
  function reconnect(change: CardChange): void {
    recorder.warn(cardLine(name, change));
    say(cardLine(name, change));
    if (change === "replaced") reset();
  }

  /** A version that hangs in its first boot is left by that: each start advances the boot state. */
  function startAgain(reason: string): void {
    recorder.failed(reason);
    reset();
  }

  /** A machine that cannot be reset, and has not ended meanwhile, ends with this runner. */
  function reset(): void {
    const { signal: gone } = watching;
    runner.reset().catch(async (error: unknown) => {
      logger.log("warning", describeError(error));
      await clock.sleep(RESET_MS, gone).catch(() => undefined);
      if (!gone.aborted) ended.reject(error);
    });
  }

  async function prepare(abort: AbortSignal): Promise<PreparedStart> {
    const prepared = await prepareStart(options, modules, abort).catch((error: unknown) => {
      // Systemd sees to the pages when it starts this runner again.
      if (error instanceof IcosError && error.code === HUGEPAGES_SHORT) ended.reject(error);
      throw error;
    });
    start = prepared;
    recorder.planned(prepared.plan);
    for (const warning of prepared.plan.warnings) logger.log("warning", warning);
    return {
      ...prepared,
      async commit() {
        await prepared.commit();
        watch(prepared);
      },
    };
  }

  function observe(state: VmState): void {
    switch (state.kind) {
      case "starting":
        recorder.become({ kind: "starting", since: state.since });
        return;
      case "running": {
        if (start === undefined) return;
        const { slot, label, kind } = start.boot;
        const directBoot = kind === "direct";
        recorder.become({
          kind: "running",
          since: state.since,
          pid: state.pid,
          directBoot,
          slot,
          label,
          boot: "booting",
        });
        if (recorder.current.boots > 1) notify(`STATUS=${name} runs`);
        void report(true);
        say(...launchLines(name, start));
        return;
      }
      case "restarting": {
        const reason = state.exit.kind === "reboot" ? "the guest restarted" : "the guest switched itself off";
        wait(reason, state.at, state.retryAt);
        return;
      }
      case "crashed":
        wait(state.reason, state.at, state.retryAt);
        if (state.retryAt === undefined) ended.resolve(state);
        return;
      case "stopping":
        recorder.become({ kind: "stopping", since: state.since, deadline: state.deadline });
        return;
      case "stopped":
        recorder.become({ kind: "stopped", since: clock.now() });
        ended.resolve(state);
        return;
      default:
        state satisfies never;
    }
  }

  function wait(reason: string, since: number, retryAt: number | undefined): void {
    watching.abort();
    recorder.failed(reason);
    notify(`STATUS=${name} ended: ${reason.split("\n")[0]}`);
    void report(false);
    if (retryAt === undefined) recorder.become({ kind: "failed", since, reason, code: null, next: null });
    else {
      recorder.become({ kind: "waiting", since, reason, retryAt });
      say(...waitLines(name, reason, retryAt - since));
    }
  }

  const restart = { ...(role.type === "default" ? GUEST : UPGRADE), ...modules.restart };
  const runner = createVmRunner(
    { name, prepare, restart, observe },
    { wrap: modules.wrap ?? ((command) => command), clock },
  );
  const stop = (): void => {
    notify("STOPPING=1");
    runner
      .stop({ deadlineMs: STOP_DEADLINE_MS })
      .catch((error: unknown) => logger.log("error", "not stopped in order", { error: describeError(error) }))
      .finally(() => ended.resolve(runner.state));
  };
  signal.addEventListener("abort", stop, { once: true });
  let control: ControlServer | undefined;
  try {
    // Before there is a machine, which nobody could stop in order if this failed. Until it runs, requests are told that it does not.
    control = await serveControl(places.control, (request) => obey(request, runner, places));
    signal.throwIfAborted();
    await runner.start();
    notify(`READY=1\nSTATUS=${name} runs`);
    const last = await ended.promise;
    if (last.kind === "crashed") throw new IcosError("guest-crashed", `${name} ended: ${last.reason}.`);
  } catch (error) {
    if (signal.aborted) await ended.promise;
    else {
      const next = error instanceof IcosError ? (error.next ?? null) : null;
      // Systemd starts another runner; this one must not start a machine beside it.
      await runner.kill().catch((late: unknown) => logger.log("error", "not ended", { error: describeError(late) }));
      recorder.become({
        kind: "failed",
        since: clock.now(),
        reason: describeError(error),
        code: systemErrorCode(error) ?? null,
        next,
      });
      await report(false);
      await consoles.say(...failureLines(name, error));
      throw error;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watching.abort();
    await control?.close();
    if (signal.aborted || role.type === "upgrade") await report(false);
    await recorder.settled();
  }
}

async function obey(request: ControlRequest, runner: VmRunner, places: GuestVmPlaces): Promise<void> {
  switch (request) {
    case "attach-hsm":
      await requireSecurityModule(places);
      return runner.plugUsb(SECURITY_MODULE);
    case "detach-hsm":
      return takeBackSecurityModule(runner);
    default:
      return request satisfies never;
  }
}
