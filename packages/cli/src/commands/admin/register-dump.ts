import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { examples } from "../../output/examples.ts";
import { addTarget, type ReadOptions } from "./options.ts";

export interface DumpOptions extends ReadOptions {
  readonly out?: string;
}

export interface LoadOptions {
  readonly testnet?: string;
  readonly directory?: string;
  readonly init?: string;
  readonly json?: true;
  readonly yes?: true;
}

/** `icos admin dump` and `load`. */
export function registerDump(admin: Command, context: CliContext): void {
  addTarget(
    admin
      .command("dump")
      .description(
        "the whole registry as one JSON document: every version, its bytes, the same for people, its certificate",
      )
      .option("--out <file>", "write it here instead of to standard output")
      .option("--json", "with --out: print what was written as JSON"),
  )
    .addHelpText("after", examples("icos admin dump --out registry.json", "icos admin dump | jq .versions[-1]"))
    .action(async (options: DumpOptions) => {
      const { adminDump } = await import("./dump.ts");
      await adminDump(context, options);
    });
  admin
    .command("load")
    .argument("<file>", "a dump")
    .description(
      "put a dump in place of a stopped testnet's registry, which is kept beside it; needs the same root key",
    )
    .option("--testnet <name>", "the testnet (the only one, or `default`)")
    .option("--directory <path>", "a data directory of the nns program instead; it holds root_key.seed")
    .option("--init <file>", "the init file of a data directory that has no registry yet")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("icos admin load registry.json", "icos admin load registry.json --directory data --init init.json"),
    )
    .action(async (file: string, options: LoadOptions) => {
      const { adminLoad } = await import("./dump.ts");
      await adminLoad(context, file, options);
    });
}
