import { setTimeout as delay } from "node:timers/promises";
import { followLog } from "@icos/vm";
import type { BootProgress } from "./run-state.ts";

/** How long a guest may take to say how its boot went (upstream). */
export const BOOT_TIMEOUT_MS = 5 * 60_000;

/** How long a guest that has not said how its boot went may say nothing at all. */
export const SILENCE_MS = 10 * 60_000;

/** The firmware of a confidential guest may accept every page of its memory before it says anything: 2 s for each GiB. */
export function silenceLimitMs(guest: { readonly memoryMiB: number; readonly confidential: boolean }): number {
  return SILENCE_MS + (guest.confidential ? (guest.memoryMiB / 1_024) * 2_000 : 0);
}

export interface BootWatchOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  readonly silenceMs?: number | undefined;
  /** Asked after a silence: whether it need not mean that the guest hangs. */
  readonly mayBeAtWork?: (() => Promise<boolean>) | undefined;
}

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
 * Watches a serial log from its present end until the guest has booted. A failure is reported and the watch goes on: our GuestOS
 * tries again by itself. Without a word on the boot it is `timed-out`, once; and `hung`, which ends the watch, after a long
 * silence without other signs of life: what waits for something says so again and again. Call it before the guest runs. Ends
 * quietly at the signal.
 */
export async function watchBoot(
  log: string,
  observe: (progress: BootProgress) => void,
  { signal, timeoutMs = BOOT_TIMEOUT_MS, silenceMs = SILENCE_MS, mayBeAtWork = async () => false }: BootWatchOptions,
): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  let failed = false;
  let heard = performance.now();

  async function expect(): Promise<void> {
    await delay(timeoutMs, undefined, { signal: until });
    if (!failed) observe("timed-out");
  }

  async function listen(): Promise<void> {
    for (;;) {
      const left = heard + silenceMs - performance.now();
      if (left > 0) await delay(left, undefined, { signal: until });
      else if (await mayBeAtWork().catch(() => true)) heard = performance.now();
      else break;
    }
    if (until.aborted) return;
    over.abort();
    if (!failed) observe("hung");
  }

  for (const watch of [expect, listen]) watch().catch(() => undefined); // the watch is over
  const search = createMarkerSearch();
  try {
    for await (const chunk of followLog(log, { from: "end", follow: true, signal: until })) {
      heard = performance.now();
      const found = search.push(chunk);
      if (found === undefined || (found === "failed" && failed)) continue;
      observe(found);
      if (found === "booted") return;
      failed = true;
    }
  } finally {
    over.abort();
  }
}
