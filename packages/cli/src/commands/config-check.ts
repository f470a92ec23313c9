import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { examples } from "../output/examples.ts";
import type { ConfigCheck } from "../schemas/config.ts";

/** `icos config check DIR`. */
export function registerConfigCheck(parent: Command, context: CliContext): void {
  parent
    .command("check")
    .argument("<dir>", "a stick's files: those of its config and its data partition side by side")
    .description("judge the files of a SetupOS stick as the installer would; fails on an error")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos config check stick/", "icos config check stick/ --json | jq .problems"))
    .action((directory: string, options: { json?: true }) => configCheck(context, directory, options));
}

async function configCheck(context: CliContext, directory: string, { json }: { readonly json?: true }): Promise<void> {
  const { checkStick } = await import("@icos/config");
  const { problemReport } = await import("../output/problem-report.ts");
  const { problems } = await checkStick(directory);
  const report: ConfigCheck = {
    ok: problems.every(({ severity }) => severity !== "error"),
    problems: problems.map(({ severity, file, line, key, code, message }) => ({
      severity,
      file,
      line,
      key,
      code,
      message,
    })),
  };
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : problemReport(context, problems));
  if (!report.ok) throw new ExitWith(1);
}
