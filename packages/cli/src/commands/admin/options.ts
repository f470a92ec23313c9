import { type Command, InvalidArgumentError, Option } from "commander";

/** Which registry is meant. */
export interface TargetOptions {
  readonly testnet?: string;
  readonly nnsUrl?: string;
  readonly rootKey?: string;
}

export interface ReadOptions extends TargetOptions {
  readonly json?: true;
}

/** Who signs. */
export interface SignerOptions extends TargetOptions {
  readonly key?: string;
}

export function addTarget(command: Command): Command {
  return command
    .option("--testnet <name>", "the testnet whose registry it is (the only one, or `default`)")
    .addOption(new Option("--nns-url <url>", "a registry by its address instead").conflicts("testnet"))
    .option("--root-key <hex|file>", "its root key: DER in hex, or a file with DER or PEM");
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^[0-9]{1,15}$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}
