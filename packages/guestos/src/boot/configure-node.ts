import { present, runBoot, type BootConsole } from "@icos/system";
import type { Layout } from "../layout.ts";
import type { BootContext, BootModules } from "./context.ts";
import { BOOT_PHASES } from "./phases.ts";
import { fixedAddress } from "./run-files.ts";

/** Configures the node; true when it is ready to run. See {@link runBoot}. */
export function configureNode(layout: Layout, modules: BootModules, console: BootConsole): Promise<boolean> {
  const context: BootContext = { layout, ...modules };
  return runBoot(BOOT_PHASES, context, { os: "guestos", what: "node", clock: modules.clock, console }, summary);
}

function summary({ configuration, hostname }: BootContext): string {
  const address = fixedAddress(present(configuration, "the configuration")) ?? "address from router advertisement";
  return `${present(hostname, "the host name")} ${address}`;
}
