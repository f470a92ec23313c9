import { Argument, type Command } from "commander";
import type { CliContext } from "../../context.ts";
import { examples } from "../../output/examples.ts";
import { addTarget, type ReadOptions, wholeNumber } from "./options.ts";
import type { GetOptions } from "./get.ts";

/** What `get` takes; a test holds it together with the table of records, which costs time to import. */
export const GET_KINDS = [
  "node",
  "nodes",
  "node-operator",
  "node-operators",
  "data-center",
  "data-centers",
  "subnet",
  "subnets",
  "subnet-list",
  "nns-subnet",
  "threshold-key",
  "catch-up-package",
  "replica-version",
  "replica-versions",
  "hostos-version",
  "hostos-versions",
  "unassigned-nodes",
  "firewall-rules",
  "firewall-rulesets",
  "api-boundary-node",
  "api-boundary-nodes",
  "public-key",
  "tls-certificate",
  "routing-table",
  "node-rewards-table",
  "raw",
  "topology",
  "firewall-ruleset-hash",
] as const;

/** `icos admin get` and `history`. */
export function registerReads(admin: Command, context: CliContext): void {
  const kind = new Argument("<kind>", "what to read");
  kind.argChoices = [...GET_KINDS]; // offered by completion and help; older names are taken, too
  addTarget(
    admin
      .command("get")
      .addArgument(kind)
      .argument("[id]", "principal, or name of the testnet's node or subnet; version; data centre; firewall scope; key")
      .description("records of the registry, certified: verified under its root key")
      .option("--version <number>", "as of this version of the registry (the latest unless told)", wholeNumber)
      .option("--json", "print JSON"),
  )
    .addHelpText(
      "after",
      examples(
        "icos admin get nodes",
        "icos admin get node node-0 --json",
        "icos admin get firewall-rules global",
        "icos admin get raw subnet_list --version 3",
      ),
    )
    .action(async (name: string, id: string | undefined, options: GetOptions) => {
      const { adminGet } = await import("./get.ts");
      await adminGet(context, name, id, options);
    });
  addTarget(
    admin
      .command("history")
      .argument("<key>", "a registry key, such as subnet_list or node_record_ID")
      .description("every version that changed a key, with what it changed")
      .option("--json", "print JSON"),
  )
    .addHelpText("after", examples("icos admin history unassigned_nodes_config"))
    .action(async (key: string, options: ReadOptions) => {
      const { adminHistory } = await import("./history.ts");
      await adminHistory(context, key, options);
    });
}
