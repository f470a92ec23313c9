import type { Command } from "commander";
import type { Explanation } from "@icos/config";
import { IcosError } from "@icos/system";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import type { ConfigExplain } from "../schemas/config-objects.ts";

/** `icos config explain FIELD`. */
export function registerConfigExplain(parent: Command, context: CliContext): void {
  parent
    .command("explain")
    .argument("<field>", "a field of an object, by its path or the end of it")
    .description("what a field of a configuration object means, where it comes from, and since when")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("icos config explain nns_urls", "icos config explain hostos_settings.vm_memory --json"),
    )
    .action((field: string, options: { json?: true }) => configExplain(context, field, options));
}

async function configExplain(context: CliContext, field: string, { json }: { readonly json?: true }): Promise<void> {
  const { explainField, knownPaths, nearest } = await import("@icos/config");
  const found = explainField(field);
  if (found.length === 0) {
    const known = knownPaths();
    const meant = nearest(field, known) ?? nearest(field, [...new Set(known.map((path) => path.replace(/^.*\./, "")))]);
    throw new IcosError("no-such-field", `No configuration object has a field ${JSON.stringify(field)}.`, {
      next: meant === undefined ? "docs/configuration-reference.md lists all fields." : `Did you mean ${meant}?`,
    });
  }
  const fields = found.map(entry);
  const report: ConfigExplain = { fields };
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : fields.map(block).join("\n"));
}

function entry(explanation: Explanation): ConfigExplain["fields"][number] {
  if (explanation.kind === "removed") {
    const { path, kinds, since, removedIn, meaning } = explanation.field;
    return {
      path,
      objects: [...kinds],
      form: null,
      default: null,
      source: null,
      since,
      removedIn,
      meaning: meaning.replaceAll("`", ""),
      sensitivity: null,
    };
  }
  const { path, objects, row } = explanation;
  return {
    path,
    objects: [...objects],
    form: row.form.replaceAll("`", ""),
    default: explanation.default ?? null,
    source: row.source.replaceAll("`", ""),
    since: row.since,
    removedIn: null,
    meaning: row.meaning.replaceAll("`", ""),
    sensitivity: row.sensitivity ?? null,
  };
}

function block(field: ConfigExplain["fields"][number]): string {
  const lines: (readonly [string, string])[] = [
    ["objects", field.objects.join(", ")],
    ...(field.form === null ? [] : ([["form", field.form]] as const)),
    ...(field.removedIn === null ? ([["default", field.default ?? "none: required"]] as const) : []),
    ...(field.source === null ? [] : ([["from", field.source]] as const)),
    ["since", field.since],
    ...(field.removedIn === null ? [] : ([["removed in", `${field.removedIn}; ignored now`]] as const)),
    ...(field.sensitivity === null ? [] : ([["shown", `never: ${field.sensitivity}`]] as const)),
  ];
  const facts = lines.map(([name, value]) => `  ${name.padEnd(12)}${value}\n`).join("");
  return `${field.path}\n  ${field.meaning}\n${facts}`;
}
