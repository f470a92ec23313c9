import { spawn } from "node:child_process";
import { once } from "node:events";
import { IcosError } from "@icos/system";

/** flock(1) exits with this when the lock is taken. */
const TAKEN = 75;

/**
 * Keeps a disk (a block device or a raw file) from every machine until it is disposed of: the lock is the one that the machine's
 * QEMU holds. A child process has it, since Node has no `flock`, and ends with the pipe to it, however this process ends.
 * Throws `disk-in-use` when a machine, or somebody who writes, has the disk.
 */
export async function holdDisk(path: string): Promise<AsyncDisposable> {
  const child = spawn(
    "flock",
    ["--exclusive", "--nonblock", "--no-fork", `--conflict-exit-code=${TAKEN}`, path, "cat"],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-1_000)));
  child.stdin.on("error", () => undefined); // it may end without having read anything
  const failed = Promise.withResolvers<Error | undefined>();
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.once("error", (cause) => failed.resolve(new IcosError("disk-not-held", `flock: ${cause.message}.`, { cause })));
  child.once("close", (code) => failed.resolve(notHeld(path, code, errors.trim())));
  child.stdin.write("\n"); // what comes back says that the lock is held
  const problem = await Promise.race([failed.promise, once(child.stdout, "data").then(() => undefined)]);
  if (problem !== undefined) throw problem;
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

function notHeld(path: string, code: number | null, errors: string): IcosError {
  const place = { file: path };
  if (code === TAKEN) {
    return new IcosError("disk-in-use", `The disk ${path} is in use by a machine, or is being written to.`, {
      next: "Stop the machine first, or wait until the disk is written.",
      place,
    });
  }
  return new IcosError("disk-not-held", `The disk ${path} cannot be locked: ${errors || `flock exited with ${code}`}`, {
    place,
  });
}
