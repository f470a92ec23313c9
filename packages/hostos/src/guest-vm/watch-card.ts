import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@icos/system";

/** `gone`: the guest has no network. `replaced`: there is a device of that name again, to which its machine is not connected. */
export type CardChange = "gone" | "replaced";

const POLL_MS = 5_000;

/**
 * Watches a guest's tap device: the machine holds the device that it was started with, and one of the same name that is made later
 * (by a restart of networkd after somebody has deleted it) is another. Ends after `replaced`, and at the signal.
 */
export async function watchCard(
  tap: string,
  observe: (change: CardChange) => void,
  { sys, clock, signal }: { readonly sys: string; readonly clock: Pick<Clock, "sleep">; readonly signal: AbortSignal },
): Promise<void> {
  const file = join(sys, "class/net", tap, "ifindex");
  const index = async (): Promise<string | undefined> =>
    readFile(file, "utf8").then(
      (text) => text.trim(),
      () => undefined,
    );
  const first = await index();
  if (first === undefined) return;
  let gone = false;
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    const now = await index();
    if (now === undefined && !gone) observe("gone");
    gone = now === undefined;
    if (now !== undefined && now !== first) return observe("replaced");
  }
}
