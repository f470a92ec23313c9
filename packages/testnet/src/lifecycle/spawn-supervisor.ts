import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import * as v from "valibot";
import { IcosError, makeDirectory } from "@icos/system";
import { problemSchema } from "../control/status-schema.ts";
import { RUN_VARIABLE } from "../process/leftovers.ts";
import { bundlePrograms, programCommand, SMALL_ENVIRONMENT } from "../process/resident-programs.ts";
import type { TestnetDirectories } from "../state/directories.ts";

/** What a supervisor tells the process that started it, over the IPC channel, before it closes the channel. */
export const supervisorMessageSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("ready") }),
  v.strictObject({ kind: v.literal("failed"), problem: problemSchema }),
]);
export type SupervisorMessage = v.InferOutput<typeof supervisorMessageSchema>;

export interface SpawnSupervisorOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Replaces the program, for tests. */
  readonly program?: string | undefined;
}

/**
 * Starts the supervisor of a testnet as a process of its own and waits until its control socket answers. Rejects with
 * the supervisor's own error, or `supervisor-not-started` when it ended without one.
 */
export async function spawnSupervisor(
  directories: TestnetDirectories,
  { env, signal, program }: SpawnSupervisorOptions,
): Promise<void> {
  signal?.throwIfAborted();
  await makeDirectory(directories.state, 0o700);
  if (program === undefined) await bundlePrograms(directories.programs);
  const [node = "", ...args] =
    program === undefined ? programCommand("supervisor", directories.programs) : [process.execPath, program];
  signal?.throwIfAborted();
  const log = await open(directories.supervisorLog, "a", 0o600);
  const child = spawn(node, [...args, directories.name], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log.fd, log.fd, "ipc"],
    env: { ...env, ...SMALL_ENVIRONMENT, [RUN_VARIABLE]: directories.run },
  });
  await log.close();
  const onAbort = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const ended = (how: string): void =>
        reject(
          new IcosError("supervisor-not-started", `The supervisor of testnet "${directories.name}" ${how}.`, {
            next: `Its log is ${directories.supervisorLog}.`,
          }),
        );
      child.once("error", (error) => ended(`could not be started: ${error.message}`));
      child.once("exit", (code, by) => ended(by ? `was ended by ${by}` : `exited with ${code}`));
      child.on("message", (value) => {
        const message = v.safeParse(supervisorMessageSchema, value);
        if (!message.success) return;
        if (message.output.kind === "ready") return resolve();
        const { code, message: text, next } = message.output.problem;
        reject(new IcosError(code, text, { next: next ?? undefined }));
      });
    });
  } finally {
    signal?.removeEventListener("abort", onAbort);
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}
