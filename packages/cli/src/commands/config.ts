import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Register } from "../program.ts";
import { registerConfigCheck } from "./config-check.ts";

/** One file for each sub-command; what is heavy is imported when it runs. */
const COMMANDS: readonly Register[] = [registerConfigCheck];

/** `icos config …`. */
export function registerConfig(parent: Command, context: CliContext): void {
  const config = parent.command("config").description("what a node is told: the files of its installation stick");
  for (const register of COMMANDS) register(config, context);
}
