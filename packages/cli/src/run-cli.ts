import { CommanderError } from "commander";
import { IcosError } from "@icos/system";
import { type CliContext, processContext } from "./context.ts";
import { errorBlock } from "./output/error-block.ts";
import { ExitWith } from "./exit-with.ts";
import { createProgram } from "./program.ts";

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Runs the command line and says how the process is to exit. */
export async function runCli(args: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  const context = processContext(interrupted.signal);
  const onSignal = (): void => {
    if (!interrupted.signal.aborted) context.err("\nStopping; this leaves nothing running …\n");
    interrupted.abort(new IcosError("interrupted", "The command was interrupted."));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.done);
    throw error;
  });
  try {
    return await runInContext(args, context);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/** The same with what the caller lets it use of the process. */
export async function runInContext(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return EXIT.done;
  } catch (error) {
    return exitCodeOf(error, context);
  }
}

function exitCodeOf(error: unknown, context: CliContext): number {
  if (error instanceof ExitWith) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isInterruption(error, context.signal)) context.err("Stopped.\n");
  else context.err(errorBlock(error));
  return error instanceof IcosError && error.code === "usage" ? EXIT.usage : EXIT.failed;
}

/** Whether the error is only what follows from Ctrl-C, and not something that went wrong while stopping. */
function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  if (error === signal.reason) return true;
  return error instanceof Error && (error.name === "AbortError" || error.cause === signal.reason);
}
