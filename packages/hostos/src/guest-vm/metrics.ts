import { gauge, renderMetrics, writeFileDurably } from "@icos/system";
import type { GuestVmRole } from "./identity.ts";

/** The series of a runner (upstream's names). */
export interface RunnerMetrics {
  readonly role: GuestVmRole;
  /** The machine runs. */
  readonly started: boolean;
  readonly hugepages: boolean;
}

/** A further guest has its slot as a label: no two files of the collector may have the same series. */
export function renderRunnerMetrics({ role, started, hugepages }: RunnerMetrics): string {
  const further = role.type === "default" && role.slot > 0;
  const labels = { vm_type: role.type, ...(further ? { slot: String(role.slot) } : {}) };
  return renderMetrics([
    gauge(
      "hostos_guestos_service_start",
      "GuestOS virtual machine start: 1 started, 0 failed",
      started ? 1 : 0,
      labels,
    ),
    gauge("hostos_guestos_hugepages_enabled", "GuestOS memory in hugepages: 1 yes, 0 no", hugepages ? 1 : 0, labels),
  ]);
}

export async function writeRunnerMetrics(file: string, metrics: RunnerMetrics): Promise<void> {
  await writeFileDurably(file, renderRunnerMetrics(metrics), 0o644);
}
