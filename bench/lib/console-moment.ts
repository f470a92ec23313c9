import { IcosError } from "@icos/system";
import { followLog } from "@icos/vm";

export interface ConsoleMomentOptions {
  /** The log of a serial console; it may not be there yet. */
  readonly log: string;
  readonly text: string;
  /** Whether what is in the log already counts. */
  readonly from: "start" | "end";
  readonly limitSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * When (milliseconds since the epoch) a line with the text came to a console. Rejects with `console-silent` after the
 * limit.
 */
export async function consoleMoment(options: ConsoleMomentOptions): Promise<number> {
  const { log, text, from, limitSeconds, signal } = options;
  const timer = AbortSignal.timeout(limitSeconds * 1_000);
  const chunks = followLog(log, { from, follow: true, pollMs: 50, signal: AbortSignal.any([signal, timer]) });
  let tail = "";
  for await (const chunk of chunks) {
    tail += chunk.toString("latin1");
    if (tail.includes(text)) return Date.now();
    tail = tail.slice(-4_096);
  }
  signal.throwIfAborted();
  const last = tail.trimEnd().split("\n").slice(-3).join("\n");
  throw new IcosError("console-silent", `No "${text}" came to the console within ${limitSeconds} s; its end:\n${last}`);
}
