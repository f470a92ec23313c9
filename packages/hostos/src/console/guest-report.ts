import { readGuestHealth } from "../agent/guest-health.ts";
import type { GuestReport } from "./situation.ts";

/** What the guest last said about itself, by the file that `host-agent` keeps; undefined also when it cannot be read. */
export function guestReportFrom(file: string): () => Promise<GuestReport | undefined> {
  return async () => {
    const health = await readGuestHealth(file).catch(() => undefined);
    if (health === undefined) return undefined;
    const { state, "node-id": nodeId, detail, at } = health;
    return { state, nodeId: nodeId ?? undefined, detail: detail ?? undefined, at };
  };
}
