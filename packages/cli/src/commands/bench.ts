import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";

/** `icos bench`. */
export function registerBench(parent: Command, context: CliContext): void {
  parent
    .command("bench [names...]")
    .description("measure image builds, boots, testnets and parts of them; results go to bench/results")
    .option("--list", "say which benches there are, and run none")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos bench", "icos bench --list", "icos bench image-build boot"))
    .action(async (names: readonly string[], options: BenchOptions) => {
      const { runBenchCommand } = await import("../bench/command.ts");
      await runBenchCommand(context, names, options);
    });
}

export interface BenchOptions {
  readonly list?: true;
  readonly json?: true;
}
