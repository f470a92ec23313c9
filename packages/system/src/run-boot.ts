import type { Clock } from "./clock.ts";
import { IcosError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { type Phase, type PhaseEvent, runPhases } from "./phases.ts";
import { refusalLines } from "./refusal.ts";

export interface BootConsole {
  /** One line for the operator. */
  write(line: string): void;
}

export interface BootOptions {
  /** Begins each line: "guestos" or "hostos". */
  readonly os: string;
  /** "node" or "host" */
  readonly what: string;
  readonly clock: Pick<Clock, "now">;
  readonly console: BootConsole;
  /** Told why the machine does not start, beside the console. */
  readonly onRefusal?: ((phase: string, lines: readonly string[]) => Promise<void>) | undefined;
}

/**
 * Runs the phases of a boot; true when all are done. Each phase's time is logged. The console gets one line, with what
 * `summary` says, or why the machine does not start.
 */
export async function runBoot<Context extends { readonly logger: Logger }>(
  phases: readonly Phase<Context>[],
  context: Context,
  { os, what, clock, console, onRefusal }: BootOptions,
  summary: (context: Context) => string,
): Promise<boolean> {
  const { logger } = context;
  const started = clock.now();
  let current = "";
  const observe = (event: PhaseEvent): void => {
    current = event.phase;
    if (event.kind !== "finished") return;
    const { phase, milliseconds, note } = event;
    logger.log("info", "phase finished", { phase, milliseconds, ...(note === undefined ? {} : { note }) });
  };
  try {
    await runPhases(phases, context, { observe });
  } catch (error) {
    const lines = refusalLines(what, current, error);
    logger.log("error", `the ${what} is not configured`, { phase: current, lines });
    for (const line of lines) console.write(`${os}: ${line}`);
    await onRefusal?.(current, lines);
    return false;
  }
  const seconds = ((clock.now() - started) / 1000).toFixed(1);
  console.write(`${os}: configured in ${seconds} s: ${summary(context)}`);
  return true;
}

/** A value that an earlier phase has left in the context. @throws IcosError `boot-order` */
export function present<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new IcosError("boot-order", `The boot needs ${name} before the phase that finds it.`);
  return value;
}
