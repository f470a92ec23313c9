import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import { registerDump } from "./admin/register-dump.ts";
import { registerMethods } from "./admin/register-methods.ts";
import { registerReads } from "./admin/register-reads.ts";
import { registerProposals } from "./admin/register-proposals.ts";

/** `icos admin …`: the registry of a testnet, or of any network by its address. */
export function registerAdmin(parent: Command, context: CliContext): void {
  const admin = parent
    .command("admin")
    .description("read and change the registry: proposals, records, history, dump and load")
    .addHelpText(
      "after",
      examples(
        "icos admin get nodes",
        "icos admin propose deploy-guestos-to-all-unassigned-nodes --elected-replica-version VERSION --dry-run",
        "icos admin proposals",
        "icos admin dump --out registry.json",
      ),
    );
  registerReads(admin, context);
  registerMethods(admin, context);
  registerProposals(admin, context);
  registerDump(admin, context);
}
