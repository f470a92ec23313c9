import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { IcosError, systemErrorCode, type Exec } from "@icos/system";
import type { LockedPackage, PackageLock } from "../lock/package-lock.ts";
import type { ContentStore } from "../store/content-store.ts";
import { servePackageRepository } from "./package-repository.ts";

export interface BootstrapOptions {
  /** Gets a `root/` with the tree. */
  readonly directory: string;
  readonly lock: PackageLock;
  readonly packages: readonly LockedPackage[];
  readonly store: ContentStore;
  readonly exec: Exec;
  readonly signal?: AbortSignal | undefined;
}

const LEFT_OUT = [
  "/usr/share/doc/*",
  "/usr/share/man/*",
  "/usr/share/info/*",
  "/usr/share/locale/*",
  "/usr/share/qemu-efi-aarch64/*",
];

/** Makes a Debian root from pinned packages: mmdebstrap reads them from a repository on the loopback, never the network. */
export async function bootstrapTree(options: BootstrapOptions): Promise<void> {
  const { directory, lock, packages, store, exec } = options;
  const root = process.getuid?.() === 0;
  if (!root) await requireSubordinateIds();
  const repository = await servePackageRepository(lock.suite, packages, store, exec);
  const archive = join(directory, "root.tar");
  try {
    const command = [
      "mmdebstrap",
      `--mode=${root ? "root" : "unshare"}`,
      "--variant=essential",
      "--format=tar",
      `--include=${packages.map(({ name }) => name).join(",")}`,
      ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
      "--aptopt=APT::Install-Recommends false",
      lock.suite,
      "-",
      `deb [trusted=yes] ${repository.url} ${lock.suite} main`,
    ];
    await runToFile(command, archive, options.signal);
    await mkdir(join(directory, "root"));
    await exec.run(["tar", "-C", join(directory, "root"), "--no-same-owner", "--exclude=./dev/*", "-xf", archive]);
  } finally {
    await repository.close();
    await rm(archive, { force: true });
  }
}

async function runToFile(command: readonly string[], file: string, signal: AbortSignal | undefined): Promise<void> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SOURCE_DATE_EPOCH: "0", LC_ALL: "C", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
    ...(signal ? { signal } : {}),
  });
  const log: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  try {
    const [code] = await Promise.all([exited, pipeline(child.stdout, createWriteStream(file))]);
    if (code === 0) return;
  } catch (cause) {
    signal?.throwIfAborted();
    if (systemErrorCode(cause) === "ENOENT")
      throw new IcosError("mmdebstrap-missing", "mmdebstrap is not installed.", {
        next: "Install it: apt-get install mmdebstrap uidmap",
        cause,
      });
    if (systemErrorCode(cause) === "ENOSPC")
      throw new IcosError("disk-full", `No space is left while writing ${file}.`, {
        next: "Free some space or set ICOS_CACHE_DIR.",
        cause,
      });
    throw cause;
  }
  const text = Buffer.concat(log).toString();
  if (/No space left on device/.test(text))
    throw new IcosError("disk-full", "No space is left while making the tools tree.", {
      next: "Free some space, also in TMPDIR, and run the command again.",
    });
  throw new IcosError(
    "tools-tree-failed",
    `mmdebstrap could not make the tools tree.\n${text.trim().split("\n").slice(-12).join("\n")}`,
  );
}

async function requireSubordinateIds(): Promise<void> {
  const { username } = await import("node:os").then((os) => os.userInfo());
  for (const file of ["/etc/subuid", "/etc/subgid"]) {
    const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
    if (!lines.some((line) => line.startsWith(`${username}:`)))
      throw new IcosError("no-subordinate-ids", `${file} grants ${username} no subordinate ids.`, {
        next: `As root run \`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}\`.`,
      });
  }
}
