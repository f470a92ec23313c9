import { refusalLines, runPhases, type PhaseEvent } from "@icos/system";
import type { Layout } from "../layout.ts";
import { present, type BootContext, type BootModules } from "./context.ts";
import { BOOT_PHASES } from "./phases.ts";

export interface Console {
  /** One line for the operator. */
  write(line: string): void;
}

/** Configures the host; true when its units can start. Each phase's time is logged, one line goes to the console. */
export async function configureHost(layout: Layout, modules: BootModules, console: Console): Promise<boolean> {
  const context: BootContext = { layout, ...modules };
  const started = performance.now();
  let current = "";
  const observe = (event: PhaseEvent): void => {
    current = event.phase;
    if (event.kind !== "finished") return;
    const { phase, milliseconds, note } = event;
    modules.logger.log("info", "phase finished", { phase, milliseconds, ...(note === undefined ? {} : { note }) });
  };
  try {
    await runPhases(BOOT_PHASES, context, { observe });
  } catch (error) {
    const lines = refusalLines("host", current, error);
    modules.logger.log("error", "the host is not configured", { phase: current, lines });
    for (const line of lines) console.write(`hostos: ${line}`);
    return false;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.write(`hostos: configured in ${seconds} s: slot ${present(context.slot, "the slot")}`);
  return true;
}
