import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { basename, join, relative } from "node:path";
import { IcosError } from "@icos/system";
import { packagesOfSet, type PackageLock } from "../lock/package-lock.ts";
import { packageSetName } from "../lock/package-sets.ts";
import type { Variant } from "../rootfs/components.ts";
import { FileTree } from "../rootfs/file-tree.ts";
import { keepFirmware } from "../rootfs/firmware.ts";
import { readTarInto, writeTar } from "../rootfs/tar.ts";
import { unpackPackages } from "../rootfs/unpack-packages.ts";
import { parseModulesDep, readModuleLists, type ModuleIndex } from "../initramfs/kernel-modules.ts";
import { IMAGE_EPOCH } from "../filesystem/make.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { fetchSet } from "../tools/tools-tree.ts";
import type { BuildContext } from "./build-context.ts";
import type { OsDefinition } from "./os-definition.ts";

/** The packages of the image, unpacked; its kernel; and the modules the initramfs loads. */
export interface BaseStage {
  readonly key: string;
  readonly kernel: string;
  readonly kernelVersion: string;
  /** In the order in which they are loaded. */
  readonly bootModules: readonly { readonly name: string; readonly content: Uint8Array }[];
  readTree(): Promise<FileTree>;
}

const RECIPE = 5;

export async function baseStage(
  context: BuildContext,
  os: OsDefinition,
  lock: PackageLock,
  variant: Variant,
): Promise<BaseStage> {
  const { settings, tools, exec } = context;
  const packages = packagesOfSet(lock, packageSetName(os.name, variant));
  const lists = await readModuleLists(settings.repository, os.name);
  const key = stageKey({ recipe: RECIPE, packages: packages.map(({ name, sha256 }) => [name, sha256]), lists });
  const directory = await buildStage(settings.cache, `${os.name}-base`, key, async (into) => {
    const store = await fetchSet(lock, packageSetName(os.name, variant), settings, exec, context);
    const tree = await unpackPackages(packages, store, tools);
    const kernelPackage = packages.find(({ name }) => /^linux-image-\d/.test(name));
    if (!kernelPackage) throw new IcosError("no-kernel", `The package set of ${os.title} holds no kernel.`);
    const version = kernelPackage.name.replace("linux-image-", "");
    await takeKernel(context, { tree, deb: store.pathOf(kernelPackage.sha256), version, into, ...lists });
    keepFirmware(tree, lists.firmware);
    await writeFile(join(into, "kernel-version"), version);
    await writeTar(tree, join(into, "base.tar"), new Date(IMAGE_EPOCH * 1000));
  });
  const bootModules = JSON.parse(await readFile(join(directory, "boot-modules.json"), "utf8")) as string[];
  return {
    key,
    kernel: join(directory, "vmlinuz"),
    kernelVersion: await readFile(join(directory, "kernel-version"), "utf8"),
    bootModules: await Promise.all(
      bootModules.map(async (name) => ({ name, content: await readFile(join(directory, "boot-modules", name)) })),
    ),
    readTree: async () => {
      const tree = new FileTree();
      await readTarInto(tree, createReadStream(join(directory, "base.tar"), { highWaterMark: 4 << 20 }));
      return tree;
    },
  };
}

/** Kernel and wanted modules go out of their package by hand: its scripts would make an initramfs for the host. */
async function takeKernel({ tools }: BuildContext, kernel: KernelRequest): Promise<void> {
  const { tree, version, into } = kernel;
  const work = join(into, "kernel-package");
  await mkdir(work);
  await tools.exec.run(["dpkg-deb", "--extract", kernel.deb, work]);
  const modules = join(work, "usr/lib/modules", version);
  await tools.exec.run(["sh", "-c", `find "$1" -name '*.ko.xz' -print0 | xargs -0 -n 64 xz -d`, "sh", modules]);
  const depmod = async (): Promise<ModuleIndex> => {
    await tools.exec.run(["depmod", "--basedir", join(work, "usr"), version]);
    const [dependencies, builtin] = await Promise.all(
      ["modules.dep", "modules.builtin"].map((name) => readFile(join(modules, name), "utf8")),
    );
    return parseModulesDep(dependencies ?? "", builtin ?? "");
  };
  const wanted = new Set((await depmod()).closure([...kernel.boot, ...kernel.keep]));
  for (const path of await listFiles(modules, "kernel")) if (!wanted.has(path)) await rm(join(modules, path));
  const bootPaths = (await depmod()).closure(kernel.boot);
  const target = `/usr/lib/modules/${version}`;
  tree.remove(target);
  for (const path of await listFiles(modules, ".")) tree.file(`${target}/${path}`, await readFile(join(modules, path)));
  await mkdir(join(into, "boot-modules"));
  for (const path of bootPaths) await copyFile(join(modules, path), join(into, "boot-modules", basename(path)));
  await writeFile(join(into, "boot-modules.json"), JSON.stringify(bootPaths.map((path) => basename(path))));
  await copyFile(join(work, `boot/vmlinuz-${version}`), join(into, "vmlinuz"));
  await rm(work, { recursive: true });
}

interface KernelRequest {
  /** Loses the packed modules and gets the wanted ones. */
  readonly tree: FileTree;
  readonly deb: string;
  readonly version: string;
  readonly into: string;
  readonly boot: readonly string[];
  readonly keep: readonly string[];
}

/** Regular files below `directory/start`, relative to `directory`, sorted. */
async function listFiles(directory: string, start: string): Promise<string[]> {
  const entries = await readdir(join(directory, start), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
