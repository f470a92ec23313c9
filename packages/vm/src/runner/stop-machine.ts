import type { Clock } from "@icos/system";
import type { QmpClient } from "../qmp/client.ts";
import type { MachineExit } from "./machine-exit.ts";
import type { QemuProcess } from "./qemu-process.ts";
import type { StopResult } from "./vm-state.ts";

/** A guest that is still booting does not hear the power button: it is pressed again. */
const PRESS_AGAIN_MS = 5_000;
/** `quit` only flushes the disks. */
const QUIT_MS = 5_000;

/**
 * Asks the guest to end, in the two ways a machine has. A guest without a daemon for the ACPI power button still shuts
 * down in order on Ctrl-Alt-Del: the kernel tells init, systemd starts its reboot target, and the reset that ends it
 * ends QEMU. Whichever comes first wins; init does not turn round.
 */
async function askGuest(qmp: QmpClient): Promise<void> {
  await qmp.execute("system_powerdown").catch(() => undefined);
  const keys = ["ctrl", "alt", "delete"].map((data) => ({ type: "qcode" as const, data }));
  await qmp.execute("send-key", { keys }).catch(() => undefined);
}

/** Power button and Ctrl-Alt-Del, then `quit`, then SIGKILL. Settles when the process has ended. */
export async function stopMachine(
  machine: { readonly process: QemuProcess; readonly qmp: QmpClient; readonly exit: Promise<MachineExit> },
  { deadlineMs, clock }: { readonly deadlineMs: number; readonly clock: Clock },
): Promise<StopResult> {
  const { process, qmp, exit } = machine;
  const deadline = clock.now() + deadlineMs;
  while (clock.now() < deadline) {
    await askGuest(qmp);
    const waitMs = Math.min(PRESS_AGAIN_MS, deadline - clock.now());
    const ended = await endsWithin(exit, waitMs, clock);
    if (ended !== undefined) return ended.kind === "crash" ? "crashed" : "powered-down";
  }
  const quit = qmp.execute("quit").catch(() => undefined);
  const ended = await endsWithin(exit, QUIT_MS, clock);
  if (ended !== undefined) {
    await quit;
    return ended.kind === "crash" ? "crashed" : "quit";
  }
  process.kill();
  await exit;
  return "killed";
}

async function endsWithin(
  exit: Promise<MachineExit>,
  milliseconds: number,
  clock: Clock,
): Promise<MachineExit | undefined> {
  const timer = new AbortController();
  const late = clock.sleep(milliseconds, timer.signal).then(
    () => undefined,
    () => undefined,
  );
  const ended = await Promise.race([exit, late]);
  timer.abort();
  return ended;
}
