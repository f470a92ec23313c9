import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { createExec, type Exec, parseJson } from "@icos/system";
import { version } from "../version.ts";
import type { MachineFacts } from "./results.ts";

const lockSchema = v.object({ packages: v.array(v.object({ name: v.string(), version: v.string() })) });

/** Facts of this machine that a number depends on. */
export async function machineFacts(
  repository: string,
  accelerator: MachineFacts["accelerator"],
  exec: Exec = createExec(),
): Promise<MachineFacts> {
  return {
    processor: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    accelerator,
    versions: {
      icos: await sourceVersion(repository, exec),
      node: process.version.slice(1),
      qemu: await lockedVersion(repository, "qemu-system-x86"),
      linux: /^[\d.]+/.exec(release())?.[0] ?? "unknown",
    },
  };
}

/** Package version and commit; `+` after a commit says that the sources had been changed since. */
async function sourceVersion(repository: string, exec: Exec): Promise<string> {
  const git = async (...args: string[]): Promise<string | undefined> =>
    exec
      .run(["git", "-C", repository, ...args])
      .then(({ stdout }) => stdout.toString().trim())
      .catch(() => undefined);
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit === undefined) return version();
  const changes = await git("status", "--porcelain", "--", "packages", "images", "bench/*.ts", "package-lock.json");
  return `${version()} ${commit}${changes === "" ? "" : "+"}`;
}

async function lockedVersion(repository: string, name: string): Promise<string> {
  const file = join(repository, "images/packages.lock.json");
  const lock = parseJson(lockSchema, await readFile(file, "utf8"), {
    code: "bad-package-lock",
    name: "The package lock",
    file,
  });
  return lock.packages.find((entry) => entry.name === name)?.version ?? "none";
}
