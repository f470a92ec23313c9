import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { parseJson, systemErrorCode, writeFileDurably } from "@icos/system";

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const slot = v.picklist(["A", "B"]);

/** What the guest's serial console says about its boot; nothing within the time that a boot may take; or nothing at all for long. */
const bootProgress = v.picklist(["booting", "booted", "failed", "timed-out", "hung"]);

/**
 * Where a guest's virtual machine stands. Times are milliseconds since the epoch.
 *
 *   starting -> running              QEMU runs, the boot is recorded
 *   running -> starting              the guest restarted or switched itself off
 *   starting, running -> waiting     it could not be started, or ended by itself too often; `retryAt` says when it is tried again
 *   waiting -> starting
 *   any -> stopping -> stopped       the host wants so; or the upgrade VM is done
 *   starting -> failed               the first start failed; systemd starts the runner again
 */
const guestVmState = v.variant("kind", [
  v.object({ kind: v.literal("starting"), since: time }),
  v.object({
    kind: v.literal("running"),
    since: time,
    pid: v.pipe(v.number(), v.integer()),
    /** Whether its kernel was started directly; otherwise by its own boot loader. */
    directBoot: v.boolean(),
    slot,
    label: v.picklist(["install", "upgrade", "failsafe", "stable"]),
    boot: bootProgress,
  }),
  v.object({ kind: v.literal("waiting"), since: time, reason: v.string(), retryAt: time }),
  v.object({ kind: v.literal("stopping"), since: time, deadline: time }),
  v.object({ kind: v.literal("stopped"), since: time }),
  v.object({
    kind: v.literal("failed"),
    since: time,
    reason: v.string(),
    /** Of the error. */
    code: v.nullable(v.string()),
    next: v.nullable(v.string()),
  }),
]);
export type GuestVmState = v.InferOutput<typeof guestVmState>;
export type BootProgress = v.InferOutput<typeof bootProgress>;

/** `/run/icos/guest-vm/<name>.json`: what the runner last did and why. */
export const runStateSchema = v.object({
  version: v.literal(1),
  name: v.string(),
  state: guestVmState,
  /** QEMU processes started since the runner was started. */
  boots: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Ends and failed starts in a row, since the guest last booted. */
  failures: v.pipe(v.number(), v.integer(), v.minValue(0)),
  lastFailure: v.nullable(v.object({ at: time, reason: v.string() })),
  machine: v.nullable(
    v.object({
      memoryMiB: v.number(),
      vcpus: v.number(),
      hugepages: v.boolean(),
      accelerator: v.picklist(["kvm", "tcg"]),
      confidential: v.boolean(),
      ipv6: v.string(),
    }),
  ),
  warnings: v.array(v.string()),
});
export type RunState = v.InferOutput<typeof runStateSchema>;

/** Throws `run-state-invalid`; `undefined` when the runner has not run since the host was started. */
export async function readRunState(file: string): Promise<RunState | undefined> {
  try {
    return parseJson(runStateSchema, await readFile(file, "utf8"), {
      code: "run-state-invalid",
      name: "The state of the guest's virtual machine",
      file,
    });
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeRunState(file: string, state: RunState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await writeFileDurably(file, `${JSON.stringify(state, null, 2)}\n`, 0o644);
}
