import { existsSync } from "node:fs";
import { join } from "node:path";
import { IcosError, type Clock } from "@icos/system";

const WAIT_MS = 30_000;
const POLL_MS = 200;

/** systemd-networkd makes the tap devices and the bridge by itself and in its own time. Throws `no-network-card`. */
export async function waitForInterfaces(
  names: readonly string[],
  { sys }: { readonly sys: string },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const deadline = clock.now() + WAIT_MS;
  for (;;) {
    const missing = names.filter((name) => !existsSync(join(sys, "class/net", name)));
    if (missing.length === 0) return;
    if (clock.now() >= deadline) {
      throw new IcosError(
        "no-network-card",
        `The guest cannot be connected: there is no ${missing.join(" and no ")}.`,
        {
          next: "Look at `systemctl status systemd-networkd`, which makes them.",
        },
      );
    }
    await clock.sleep(POLL_MS, signal);
  }
}
