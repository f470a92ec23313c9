import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { examples } from "../output/examples.ts";
import type { ConfigDiff } from "../schemas/config-objects.ts";
import { load, type ViewFlags, withViewOptions } from "./config-show.ts";

/** `icos config diff A B`. */
export function registerConfigDiff(parent: Command, context: CliContext): void {
  withViewOptions(
    parent
      .command("diff")
      .argument("<a>", "a configuration object's file, or the directory of a stick's files")
      .argument("<b>", "the other one")
      .description("the fields in which two configurations differ; exits with 1 when there is one"),
  )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "icos config diff config.json.previous config.json",
        "icos config diff old-stick/ new-stick/ --mgmt-mac 00:11:22:33:44:55 --as guestos --json",
      ),
    )
    .action((a: string, b: string, options: ViewFlags) => configDiff(context, a, b, options));
}

async function configDiff(context: CliContext, a: string, b: string, flags: ViewFlags): Promise<void> {
  const { diffConfigs } = await import("@icos/config");
  const differences = diffConfigs(await load(a, flags), await load(b, flags));
  const report: ConfigDiff = {
    same: differences.length === 0,
    differences: differences.map(({ path, before, after }) => ({ path, a: before ?? null, b: after ?? null })),
  };
  if (flags.json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (report.same) context.out("no difference\n");
  else context.out(report.differences.map(line).join(""));
  if (!report.same) throw new ExitWith(1);
}

function line({ path, a, b }: ConfigDiff["differences"][number]): string {
  return `${path}: ${JSON.stringify(a)} -> ${JSON.stringify(b)}\n`;
}
