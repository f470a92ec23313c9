import { Argument, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import { TEST_KINDS, type TestKind } from "../tests/test-kinds.ts";

/** `icos test`. */
export function registerTest(parent: Command, context: CliContext): void {
  parent
    .command("test")
    .addArgument(new Argument("[kinds...]", "kinds of tests; without one, all").choices(TEST_KINDS))
    .description("run the tests of this checkout, cheap kinds first")
    .option("--filter <text>", "only test files whose path contains this")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos test", "icos test check unit", "icos test unit --filter packages/vm/"))
    .action(async (kinds: readonly TestKind[], options: TestOptions) => {
      const { runTestCommand } = await import("../tests/command.ts");
      await runTestCommand(context, kinds, options);
    });
}

export interface TestOptions {
  readonly filter?: string;
  readonly json?: true;
}
