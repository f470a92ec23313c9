import { followLog } from "@icos/vm";
import type { BootProgress } from "./run-state.ts";

/** How long a guest may take to say how its boot went (upstream). */
export const BOOT_TIMEOUT_MS = 5 * 60_000;

/** What guests print on their serial console: upstream's markers, and those of our own GuestOS. */
const MARKERS: readonly { readonly text: Buffer; readonly means: BootProgress }[] = [
  { text: Buffer.from("GUESTOS BOOT SUCCESS"), means: "booted" },
  { text: Buffer.from("orchestrator ready"), means: "booted" },
  { text: Buffer.from("GUESTOS BOOT FAILURE"), means: "failed" },
  { text: Buffer.from("This node does not start."), means: "failed" },
];
const LONGEST = Math.max(...MARKERS.map(({ text }) => text.length));

/** Finds the last marker in a stream of bytes, however it is cut; the console need not be valid UTF-8. */
export function createMarkerSearch(): { push(chunk: Buffer): BootProgress | undefined } {
  let rest = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = Buffer.concat([rest, chunk]);
      // A marker that was reported lies before the rest, unless the rest is cut inside it: then it is not whole there.
      rest = bytes.subarray(Math.max(0, bytes.length - (LONGEST - 1)));
      const found = MARKERS.map(({ text, means }) => ({ at: bytes.lastIndexOf(text), means }));
      return found.filter(({ at }) => at >= 0).sort((a, b) => b.at - a.at)[0]?.means;
    },
  };
}

/**
 * Watches a serial log from its present end until the guest has booted, or the time is over. A failure is reported and the watch
 * goes on: our GuestOS tries again by itself. Call it before the guest runs. Ends quietly at the signal.
 */
export async function watchBoot(
  log: string,
  observe: (progress: BootProgress) => void,
  { signal, timeoutMs = BOOT_TIMEOUT_MS }: { readonly signal: AbortSignal; readonly timeoutMs?: number | undefined },
): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  const search = createMarkerSearch();
  let failed = false;
  for await (const chunk of followLog(log, { from: "end", follow: true, signal: AbortSignal.any([signal, late]) })) {
    const found = search.push(chunk);
    if (found === undefined || (found === "failed" && failed)) continue;
    observe(found);
    if (found === "booted") return;
    failed = true;
  }
  if (!signal.aborted && !failed) observe("timed-out");
}
