import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import type { ConfigMigrate } from "../schemas/config-objects.ts";

interface MigrateFlags {
  readonly to: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `icos config migrate FILE --to VERSION`. */
export function registerConfigMigrate(parent: Command, context: CliContext): void {
  parent
    .command("migrate")
    .argument("<file>", "config.json of a SetupOS, HostOS or GuestOS")
    .description("bring a configuration object into another version; the old file is kept beside it")
    .requiredOption("--to <version>", "version that its reader has, such as 1.12.1")
    .option("--dry-run", "change nothing; say what would be")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "icos config migrate config.json --to 1.17.0",
        "icos config migrate config.json --to 1.9.0 --dry-run --json",
      ),
    )
    .action((file: string, options: MigrateFlags) => configMigrate(context, file, options));
}

async function configMigrate(context: CliContext, file: string, { to, dryRun, json }: MigrateFlags): Promise<void> {
  const { configObject, isJsonObject, migrateFile, redact } = await import("@icos/config");
  const migration = await migrateFile(file, { to, dryRun: dryRun ?? false });
  const { kind, from, dropped, keyFile, previous, unchanged, document } = migration;
  const written = !(dryRun ?? unchanged);
  const shown = redact(configObject(kind).fields, document);
  const report: ConfigMigrate = {
    file,
    kind,
    from,
    to,
    written,
    previous: written ? previous : null,
    keyFile: keyFile ?? null,
    dropped: [...dropped],
    config: isJsonObject(shown) ? { ...shown } : {},
  };
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : text(report, unchanged));
}

function text(report: ConfigMigrate, unchanged: boolean): string {
  const { file, kind, from, to, dropped, keyFile, previous, written } = report;
  if (unchanged) return `${file} is a ${kind} object of version ${to} already.\n`;
  return [
    `${file}: ${kind} object, version ${from} -> ${to}${written ? "" : " (not written)"}`,
    ...dropped.map((path) => `dropped: ${path}`),
    ...(keyFile === null ? [] : [`operator's key: ${keyFile}`]),
    ...(previous === null ? [] : [`old file: ${previous}`]),
    "",
  ].join("\n");
}
