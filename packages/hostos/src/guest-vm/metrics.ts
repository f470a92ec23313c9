import { gauge, renderMetrics, writeFileDurably } from "@icos/system";

/** The series of a runner (upstream's names). */
export interface RunnerMetrics {
  readonly vmType: "default" | "upgrade";
  /** The machine runs. */
  readonly started: boolean;
  readonly hugepages: boolean;
}

export function renderRunnerMetrics({ vmType, started, hugepages }: RunnerMetrics): string {
  const labels = { vm_type: vmType };
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
