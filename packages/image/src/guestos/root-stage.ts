import { hash } from "node:crypto";
import { copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderBootArgs } from "@icos/slots";
import { emptyDirectory, IMAGE_EPOCH, makeErofs, makeExt4 } from "../filesystem/make.ts";
import { sealRoot } from "../filesystem/verity.ts";
import { renderCpio } from "../initramfs/cpio.ts";
import { composeInitramfs } from "../initramfs/initramfs.ts";
import { packagesOfSet, type PackageLock } from "../lock/package-lock.ts";
import { packageSetName } from "../lock/package-sets.ts";
import { composeRoot } from "../rootfs/compose.ts";
import { loadComponents, type Component, type Variant } from "../rootfs/components.ts";
import { writeTar } from "../rootfs/tar.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { baseStage, type BaseStage } from "./base-stage.ts";
import type { BuildContext } from "./build-context.ts";
import { nodeStage, programsStage } from "./programs-stage.ts";

const RECIPE = 10;
const ROOT_UUID = "6c5b2d6e-3f0c-4d1c-9c3b-0d9b5b8c1a11";
const BOOT_UUID = "b7d1a9f4-51a2-4a0e-8d8e-2f5c7a3e9b22";
const BOOT_SIZE = 1 << 30;

/**
 * Without AppArmor and TOMOYO, for which the image has no policy, and without BPF, which no unit uses: where it is,
 * systemd loads a program into it at each start and reads all of the kernel's types for that.
 */
const LSM = "lsm=landlock,lockdown,yama";

/** Arguments beyond upstream's: a quiet serial line is a fast one, and a panic restarts instead of hanging. */
const KERNEL_ARGUMENTS = ["quiet", "panic=10", "no_timer_check", "random.trust_cpu=on", "audit=0", LSM];

export interface RootStage {
  readonly key: string;
  readonly version: string;
  readonly rootHash: string;
  /** `boot.img`, `root.img`, `VERSION.TXT` of the update image are here. */
  readonly directory: string;
}

/** Root file system with its hash tree, and the boot partition that names its root hash. */
export async function rootStage(
  context: BuildContext,
  lock: PackageLock,
  variant: Variant,
  wantedVersion: string | undefined,
): Promise<RootStage> {
  const { settings, tools } = context;
  const os = join(settings.repository, "images/guestos");
  const components = await loadComponents(os, variant);
  const base = await baseStage(context, lock, variant);
  const node = await nodeStage(context);
  const programs = await programsStage(context, components);
  const inputs = {
    recipe: RECIPE,
    variant,
    base: base.key,
    node: node.key,
    programs: programs.key,
    tools: tools.path.split("/").pop(),
    components: await hashComponents(os, components),
  };
  // Without a given version an image is named by what it is made of: equal inputs, equal version, on every machine.
  const version = wantedVersion ?? hash("sha256", JSON.stringify(inputs)).slice(0, 40);
  const key = stageKey({ ...inputs, version });
  const directory = await buildStage(settings.cache, "guestos-root", key, async (into) => {
    const packages = packagesOfSet(lock, packageSetName("guestos", variant));
    const tree = await base.readTree();
    const initramfs = renderCpio(
      await composeInitramfs({
        repository: settings.repository,
        os: "guestos",
        packages: tree,
        modules: base.bootModules,
      }),
    );
    await composeRoot({
      tree,
      components,
      programs: await programs.read(),
      node: await readFile(node.path),
      variant,
      version,
      packages: packages.map((entry) => ({ name: entry.name, version: entry.version })),
    });
    await writeTar(tree, join(into, "root.tar"), new Date(IMAGE_EPOCH * 1000));
    await makeErofs(tools.exec, join(into, "root.tar"), join(into, "root.img"), ROOT_UUID);
    await rm(join(into, "root.tar"));
    const rootHash = await sealRoot(join(into, "root.img"));
    await writeFile(join(into, "VERSION.TXT"), `${version}\n`);
    await makeBootPartition(context, base, initramfs, rootHash, version, into);
    await writeFile(join(into, "root-hash"), rootHash);
  });
  return { key, version, rootHash: await readFile(join(directory, "root-hash"), "utf8"), directory };
}

async function makeBootPartition(
  { tools }: BuildContext,
  base: BaseStage,
  initramfs: Buffer,
  rootHash: string,
  version: string,
  into: string,
): Promise<void> {
  const content = await emptyDirectory(join(into, "boot"));
  const initrd = join(content, "initrd.img");
  await copyFile(base.kernel, join(content, "vmlinuz"));
  await writeFile(`${initrd}.cpio`, initramfs);
  await tools.exec.run(["zstd", "-q", "-19", "--rm", "-o", initrd, `${initrd}.cpio`]);
  await writeFile(join(content, "boot_args"), renderBootArgs({ rootHash, extra: KERNEL_ARGUMENTS }));
  await writeFile(join(content, "VERSION.TXT"), `${version}\n`);
  await tools.exec.run([
    "sh",
    "-c",
    'cd "$1" && chmod 0644 * && chmod 0755 . && touch -d "@$2" . *',
    "sh",
    content,
    String(IMAGE_EPOCH),
  ]);
  await makeExt4(tools.exec, {
    image: join(into, "boot.img"),
    size: BOOT_SIZE,
    uuid: BOOT_UUID,
    label: "boot",
    content,
    journal: false,
  });
  await rm(content, { recursive: true });
}

async function hashComponents(os: string, components: readonly Component[]): Promise<readonly unknown[]> {
  const hashes: unknown[] = [hash("sha256", await readFile(join(os, "initramfs/init")))];
  for (const { name, directory, definition } of components) {
    const entries = await readdir(join(directory, "files"), { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const hashed = await Promise.all(
      files.map(async (file) => [
        file.slice(directory.length),
        ((await stat(file)).mode & 0o100) !== 0,
        hash("sha256", await readFile(file)),
      ]),
    );
    hashes.push([name, definition, hashed]);
  }
  return hashes;
}
