import { Argument, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { completionScript, SHELLS } from "../output/completion-script.ts";
import { examples } from "../output/examples.ts";

/** `icos completion SHELL`. */
export function registerCompletion(parent: Command, context: CliContext): void {
  parent
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell to complete in").choices(SHELLS))
    .description("print a script that completes this command in a shell")
    .addHelpText(
      "after",
      examples(
        "source <(icos completion bash)",
        "icos completion zsh > ~/.zfunc/_icos",
        "icos completion fish > ~/.config/fish/completions/icos.fish",
      ),
    )
    .action((shell: string) => context.out(completionScript(shell, parent)));
}
