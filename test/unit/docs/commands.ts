import type { Command } from "commander";
import { type CliContext, createProgram } from "@icos/cli";
import { codeBlocks } from "./markdown.ts";

/** Lines of shell code, and lines with `./icos` of any block, that call `icos`, each as its arguments. */
export function icosCommands(text: string): readonly (readonly string[])[] {
  return codeBlocks(text).flatMap(({ language, lines }) => {
    const called = language === "sh" ? lines : lines.filter((line) => line.trim().startsWith("./icos"));
    return called.flatMap((line) =>
      line
        .trim()
        .replace(/^\$\s+/, "")
        .split(/\s(?:\||&&|;)\s/)
        .flatMap(icosArguments),
    );
  });
}

function icosArguments(part: string): readonly (readonly string[])[] {
  const command = part.trim().replace(/^(?:[A-Z_]+=\S*\s+|source <\()*/, "");
  const match = /^(?:\.\/)?icos(?:\s+(.*))?$/.exec(command.replace(/\)$/, ""));
  if (!match) return [];
  const words: string[] = [];
  for (const word of shellWords(match[1] ?? "")) {
    if (word === "#" || /^[12]?>/.test(word)) break;
    words.push(word);
  }
  return [words];
}

/** Words of a command line; quotes keep spaces. */
function shellWords(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** Why the command line does not take these arguments; nothing runs. */
export async function refusalOf(args: readonly string[]): Promise<string | undefined> {
  const said: string[] = [];
  const program = createProgram(quietContext((text) => said.push(text)));
  replaceActions(program);
  try {
    await program.parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    if (isCommanderError(error) && error.exitCode === 0) return undefined; // --help, --version
    return said.join("").trim() || String(error);
  }
}

/** Whether words that begin a command line name a command: `testnet up …`. A word in capitals stands for any. */
export function namesCommand(words: readonly string[]): boolean {
  let command = createProgram(quietContext(() => undefined));
  for (const word of words) {
    if (command.commands.length === 0) return true;
    if (/^-|^[A-Z]+$/.test(word)) return true;
    const next = command.commands.find((child) => child.name() === word);
    if (!next) return false;
    command = next;
  }
  return true;
}

function replaceActions(command: Command): void {
  for (const child of command.commands) {
    if (child.commands.length === 0) child.action(() => undefined);
    replaceActions(child);
  }
}

function isCommanderError(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
}

function quietContext(err: (text: string) => unknown): CliContext {
  return {
    env: {},
    uid: 0,
    interactive: false,
    signal: new AbortController().signal,
    out: () => undefined,
    err: (text) => void err(text),
    style: (_, text) => text,
    columns: undefined,
  };
}
