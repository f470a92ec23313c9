import type { Command } from "commander";
import type { RegistryMethod } from "@icos/registry";
import type { CliContext } from "../../context.ts";
import { examples } from "../../output/examples.ts";
import { methodSummary } from "./method-summaries.ts";
import { addTarget, type SignerOptions } from "./options.ts";
import { addFieldOptions, isProposable, registryMethods } from "./method-flags.ts";

export interface MethodOptions extends SignerOptions {
  readonly file?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export interface ProposeOptions extends MethodOptions {
  readonly title?: string;
  readonly summary?: string;
  readonly proposalUrl?: string;
  /** False with `--no-execute`. */
  readonly execute: boolean;
}

export interface CallOptions extends MethodOptions {
  readonly operator?: string;
}

/** `icos admin propose METHOD` and `call METHOD`: a command for each method of the registry's interface. */
export function registerMethods(admin: Command, context: CliContext): void {
  const propose = admin
    .command("propose")
    .description("propose a change, adopt it and execute it, as the network's governance")
    .addHelpText(
      "after",
      examples(
        "icos admin propose remove-nodes --node-ids node-3 --dry-run",
        "icos admin propose create-subnet --node-ids node-0,node-1 --replica-version-id VERSION",
        "icos admin propose add-or-remove-data-centers --file centers.json5 --title 'A second data centre'",
      ),
    );
  const call = admin
    .command("call")
    .description("call what operators, providers and nodes call themselves, signed by their key")
    .addHelpText(
      "after",
      examples(
        "icos admin call remove-node-directly --node-id node-3",
        "icos admin call add-node --file node.json --key operator.pem",
      ),
    );
  for (const method of registryMethods()) {
    if (isProposable(method)) addPropose(propose, context, method);
    else addCall(call, context, method);
  }
}

function addPropose(parent: Command, context: CliContext, method: RegistryMethod): void {
  const command = addMethod(parent, method)
    .option("--title <text>", "title of the proposal")
    .option("--summary <text>", "why, in the proposal")
    .option("--proposal-url <url>", "where it is discussed")
    .option("--no-execute", "only submit it; it stays open until `icos admin adopt ID`")
    .option("--key <file>", "PEM of governance's key (a testnet's own unless told)")
    .action(async (options: ProposeOptions) => {
      const { adminPropose } = await import("./call-method.ts");
      await adminPropose(context, method, options);
    });
  addFieldOptions(command, method);
}

function addCall(parent: Command, context: CliContext, method: RegistryMethod): void {
  const command = addMethod(parent, method)
    .option("--operator <name>", "sign as this operator of the testnet (`operator` unless told)")
    .option("--key <file>", "sign with this key: PEM, secp256k1 or Ed25519")
    .action(async (options: CallOptions) => {
      const { adminCall } = await import("./call-method.ts");
      await adminCall(context, method, options);
    });
  addFieldOptions(command, method);
}

function addMethod(parent: Command, method: RegistryMethod): Command {
  const name = method.replaceAll("_", "-");
  const command = parent
    .command(name)
    .description(methodSummary(method))
    .option("--file <file>", "the payload as JSON or JSON5; options go before it")
    .option("--dry-run", "show what it would change and every invariant it would break; change nothing")
    .option("--json", "print JSON")
    .addHelpText("after", examples(`icos admin ${parent.name()} ${name} --file payload.json5 --dry-run`));
  return addTarget(command);
}
