import { Worker } from "node:worker_threads";
import { IcosError } from "@icos/system";
import type { TrafficOrder, TrafficReport } from "./traffic-worker.ts";

/** Sends frames from one socket to the other for some seconds, from a thread of its own; frames a second that arrived. */
export async function measureTraffic(order: TrafficOrder): Promise<number> {
  const worker = new Worker(new URL("traffic-worker.ts", import.meta.url), { workerData: order });
  try {
    return await new Promise<number>((resolve, reject) => {
      worker.once("message", (report: TrafficReport) => resolve(report.framesPerSecond));
      worker.once("error", reject);
      worker.once("exit", () => reject(new IcosError("traffic-ended", "The traffic ended before it was measured.")));
    });
  } finally {
    worker.removeAllListeners("exit");
    await worker.terminate();
  }
}
