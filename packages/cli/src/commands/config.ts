import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Register } from "../program.ts";
import { registerConfigCheck } from "./config-check.ts";
import { registerConfigDiff } from "./config-diff.ts";
import { registerConfigExplain } from "./config-explain.ts";
import { registerConfigGenerate } from "./config-generate.ts";
import { registerConfigMigrate } from "./config-migrate.ts";
import { registerConfigShow } from "./config-show.ts";

/** One file for each sub-command; what is heavy is imported when it runs. */
const COMMANDS: readonly Register[] = [
  registerConfigCheck,
  registerConfigGenerate,
  registerConfigShow,
  registerConfigExplain,
  registerConfigDiff,
  registerConfigMigrate,
];

/** `icos config …`. */
export function registerConfig(parent: Command, context: CliContext): void {
  const config = parent
    .command("config")
    .description("what a node is told: the files of its installation stick, and the objects made of them");
  for (const register of COMMANDS) register(config, context);
}
