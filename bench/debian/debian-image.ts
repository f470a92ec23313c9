import { hash } from "node:crypto";
import { readdir, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createExec, type Exec, IcosError } from "@icos/system";
import { imageSettings, type ToolsTree } from "@icos/image";
import { packageLockFile } from "../../packages/image/src/lock/lock-packages.ts";
import { type LockedPackage, packagesOfSet, readPackageLock } from "../../packages/image/src/lock/package-lock.ts";
import { buildStage, stageKey } from "../../packages/image/src/stage/stage.ts";
import { servePackageRepository } from "../../packages/image/src/tools/package-repository.ts";
import { fetchSet } from "../../packages/image/src/tools/tools-tree.ts";

/** A plain Debian 13 server, as `images/bench/README.md` describes it. */
export interface DebianImage {
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4 without partitions; `/dev/vda` of the machine. */
  readonly disk: string;
}

const SET = "bench-debian";
const RECIPE = 1;
const DISK_BYTES = 2 * 2 ** 30;

/** Installs Debian from the package lock with its own maintainer scripts; from the cache when nothing has changed. */
export async function debianImage(tools: ToolsTree, signal: AbortSignal): Promise<DebianImage> {
  const settings = imageSettings();
  const lock = await readPackageLock(packageLockFile(settings));
  const packages = packagesOfSet(lock, SET);
  const files = join(settings.repository, "images/bench/files");
  const key = stageKey({
    recipe: RECIPE,
    packages: packages.map(({ name, sha256 }) => [name, sha256]),
    files: await hashTree(files),
  });
  const version = kernelVersion(packages);
  const directory = await buildStage(settings.cache, SET, key, async (into) => {
    const exec = createExec();
    const store = await fetchSet(lock, SET, settings, exec, { signal });
    const repository = await servePackageRepository(lock.suite, packages, store, exec);
    const archive = join(into, "root.tar");
    try {
      await install({ archive, files, suite: lock.suite, url: repository.url, packages }, exec, signal);
    } finally {
      await repository.close();
    }
    await takeFromArchive(archive, into, [`boot/vmlinuz-${version}`, `boot/initrd.img-${version}`], exec);
    await makeDisk(archive, join(into, "disk.img"), tools.exec);
    await rm(archive);
  });
  return {
    kernel: join(directory, `vmlinuz-${version}`),
    initrd: join(directory, `initrd.img-${version}`),
    disk: join(directory, "disk.img"),
  };
}

interface Installation {
  readonly archive: string;
  readonly files: string;
  readonly suite: string;
  readonly url: string;
  readonly packages: readonly LockedPackage[];
}

/** Unlike the tools tree it is kept as an archive: there its files belong to the users and have the modes of Debian. */
async function install(wanted: Installation, exec: Exec, signal: AbortSignal): Promise<void> {
  const { archive, files, suite, url, packages } = wanted;
  const mode = process.getuid?.() === 0 ? "root" : "unshare";
  const command = [
    "mmdebstrap",
    `--mode=${mode}`,
    "--variant=essential",
    "--format=tar",
    `--include=${packages.map(({ name }) => name).join(",")}`,
    "--aptopt=APT::Install-Recommends false",
    // It would take the machine id away, and each boot would be a first one.
    "--skip=cleanup/reproducible",
    `--customize-hook=sync-in '${files}' /`,
    suite,
    archive,
    `deb [trusted=yes] ${url} ${suite} main`,
  ];
  const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  await exec.run(command, { env, signal });
}

async function takeFromArchive(archive: string, into: string, paths: readonly string[], exec: Exec): Promise<void> {
  const members = paths.map((path) => `./${path}`);
  await exec.run(["tar", "-C", into, "--strip-components=2", "--no-same-owner", "-xf", archive, ...members]);
}

/** With a journal and the other defaults of Debian's mke2fs. */
async function makeDisk(archive: string, disk: string, exec: Exec): Promise<void> {
  await writeFile(disk, "");
  await truncate(disk, DISK_BYTES);
  await exec.run(["mke2fs", "-q", "-t", "ext4", "-F", "-L", "debian", "-d", archive, disk]);
}

function kernelVersion(packages: readonly LockedPackage[]): string {
  const kernel = packages.find(({ name }) => /^linux-image-\d/.test(name));
  if (kernel !== undefined) return kernel.name.replace("linux-image-", "");
  throw new IcosError("no-kernel", `The package lock holds no kernel for "${SET}".`, {
    next: "Make a new lock with `icos image lock --update`.",
  });
}

async function hashTree(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const hashes: string[] = [];
  for (const entry of entries.sort((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) hashes.push(path.slice(directory.length), await readlink(path));
    if (entry.isFile()) hashes.push(path.slice(directory.length), hash("sha256", await readFile(path)));
  }
  return hashes;
}
