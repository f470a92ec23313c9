import { type Command, Option } from "commander";
import type { LoadedConfig, View } from "@icos/config";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import type { ConfigShow } from "../schemas/config-objects.ts";
import { wholeNumber } from "./whole-number.ts";

export interface ViewFlags {
  readonly as?: View;
  readonly slot?: number;
  readonly mgmtMac?: string;
  readonly certChain?: string;
  readonly json?: true;
}

/** `icos config show PATH`. */
export function registerConfigShow(parent: Command, context: CliContext): void {
  withViewOptions(
    parent
      .command("show")
      .argument("<path>", "a configuration object's file, or the directory of a stick's files")
      .description("what an operating system is told, checked and with defaults filled in; no secret is shown"),
  )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "icos config show /boot/config/config.json",
        "icos config show stick/ --mgmt-mac 00:11:22:33:44:55 --as guestos",
        "icos config show stick/ --mgmt-mac 00:11:22:33:44:55 --as guestos-upgrade --slot 3 --json",
      ),
    )
    .action((path: string, options: ViewFlags) => configShow(context, path, options));
}

/** As what a configuration is looked at. */
export function withViewOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--as <view>", "what is derived from it for a later stage of the machine").choices([
        "setupos",
        "hostos",
        "guestos",
        "guestos-upgrade",
      ]),
    )
    .option("--slot <number>", "which of several guests of the machine", wholeNumber(0, 255))
    .option("--mgmt-mac <mac>", "MAC address of the machine's management controller, for a stick that does not say it")
    .option("--cert-chain <file>", "the machine's SEV certificates, PEM; needed for a guest under SEV-SNP");
}

export async function load(path: string, flags: ViewFlags): Promise<LoadedConfig> {
  const { loadConfig } = await import("@icos/config");
  const { readFile } = await import("node:fs/promises");
  const sevCertChainPem = flags.certChain === undefined ? undefined : await readFile(flags.certChain, "utf8");
  return loadConfig(path, { as: flags.as, slot: flags.slot, mgmtMac: flags.mgmtMac, sevCertChainPem });
}

async function configShow(context: CliContext, path: string, flags: ViewFlags): Promise<void> {
  const { leafPaths, shownConfig, valueAt } = await import("@icos/config");
  const loaded = await load(path, flags);
  const shown = shownConfig(loaded);
  if (flags.json) {
    const report: ConfigShow = { kind: loaded.kind, config: { ...shown } };
    context.out(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const lines = leafPaths(shown).map((each) => `${each} = ${JSON.stringify(valueAt(shown, each))}\n`);
  context.out(`${loaded.kind} object\n${lines.join("")}`);
}
