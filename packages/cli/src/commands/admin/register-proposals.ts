import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { examples } from "../../output/examples.ts";
import { addTarget, type ReadOptions, type SignerOptions, wholeNumber } from "./options.ts";

export type DecideOptions = SignerOptions & ReadOptions;

/** What governance does with a proposal, and what that means. */
const DECISIONS = {
  adopt: "adopt an open proposal, which executes it",
  reject: "reject an open proposal",
  withdraw: "withdraw an open proposal",
  execute: "execute a proposal that was adopted and not executed, since the registry crashed",
} as const;
export type Decision = keyof typeof DECISIONS;

/** `icos admin proposals`, `adopt`, `reject`, `withdraw` and `execute`. */
export function registerProposals(admin: Command, context: CliContext): void {
  addTarget(
    admin
      .command("proposals")
      .argument("[id]", "one of them", wholeNumber)
      .description("the proposals, newest first; with an id, one with its payload and what it changed")
      .option("--limit <count>", "so many at most (100 unless told)", wholeNumber)
      .option("--json", "print JSON"),
  )
    .addHelpText("after", examples("icos admin proposals", "icos admin proposals 3 --json"))
    .action(async (id: number | undefined, options: ReadOptions & { limit?: number }) => {
      const { adminProposals } = await import("./proposals.ts");
      await adminProposals(context, id, options);
    });
  for (const [name, description] of Object.entries(DECISIONS)) {
    if (!isDecision(name)) continue;
    addTarget(
      admin
        .command(name)
        .argument("<id>", "the proposal", wholeNumber)
        .description(description)
        .option("--key <file>", "PEM of governance's key (a testnet's own unless told)")
        .option("--json", "print JSON"),
    )
      .addHelpText("after", examples(`icos admin ${name} 3`))
      .action(async (id: number, options: DecideOptions) => {
        const { adminDecide } = await import("./proposals.ts");
        await adminDecide(context, name, id, options);
      });
  }
}

function isDecision(name: string): name is Decision {
  return name in DECISIONS;
}
