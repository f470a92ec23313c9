import { refusalLines, runPhases, type PhaseEvent } from "@icos/system";
import type { Layout } from "../layout.ts";
import { present, type BootContext, type BootModules } from "./context.ts";
import { BOOT_PHASES } from "./phases.ts";
import { fixedAddress } from "./run-files.ts";

export interface Console {
  /** One line for the operator. */
  write(line: string): void;
}

/** Configures the node; true when it is ready to run. Each phase's time is logged, one line goes to the console. */
export async function configureNode(layout: Layout, modules: BootModules, console: Console): Promise<boolean> {
  const context: BootContext = { layout, ...modules };
  const started = modules.clock.now();
  let current = "";
  const observe = (event: PhaseEvent): void => {
    current = event.phase;
    if (event.kind === "finished") {
      const { phase, milliseconds, note } = event;
      modules.logger.log("info", "phase finished", { phase, milliseconds, ...(note === undefined ? {} : { note }) });
    }
  };
  try {
    await runPhases(BOOT_PHASES, context, { observe });
  } catch (error) {
    const lines = refusalLines("node", current, error);
    modules.logger.log("error", "the node is not configured", { phase: current, lines });
    for (const line of lines) console.write(`guestos: ${line}`);
    return false;
  }
  const seconds = ((modules.clock.now() - started) / 1000).toFixed(1);
  const configuration = present(context.configuration, "the configuration");
  const address = fixedAddress(configuration) ?? "address from router advertisement";
  console.write(`guestos: configured in ${seconds} s: ${present(context.hostname, "the host name")} ${address}`);
  return true;
}
