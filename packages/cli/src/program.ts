import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { registerAddress } from "./commands/address.ts";
import { registerAdmin } from "./commands/admin.ts";
import { registerBench } from "./commands/bench.ts";
import { registerCompletion } from "./commands/completion.ts";
import { registerConfig } from "./commands/config.ts";
import { registerImage } from "./commands/image.ts";
import { registerPrep } from "./commands/prep.ts";
import { registerTest } from "./commands/test.ts";
import { registerTestnet } from "./commands/testnet.ts";
import { version } from "./version.ts";

/** Adds its commands to the tree. Actions import what is heavy only when they run. */
export type Register = (parent: Command, context: CliContext) => void;

const COMMANDS: readonly Register[] = [
  registerTestnet,
  registerAdmin,
  registerImage,
  registerConfig,
  registerAddress,
  registerPrep,
  registerTest,
  registerBench,
  registerCompletion,
];

/** The whole command tree; parsing it throws `CommanderError` instead of ending the process. */
export function createProgram(context: CliContext, more: readonly Register[] = []): Command {
  const program = new Command("icos")
    .description("Node operating system of the Internet Computer: images, nodes and testnets.")
    .version(version(), "-V, --version", "print the version")
    .showHelpAfterError("(`--help` shows what there is)")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out(text), writeErr: (text) => context.err(text) });
  for (const register of [...COMMANDS, ...more]) register(program, context);
  finish(program);
  return program;
}

/** What every command has. */
function finish(command: Command): void {
  for (const child of command.commands) {
    if (child.commands.length === 0) child.option("-y, --yes", "answer every question with yes");
    finish(child);
  }
}
