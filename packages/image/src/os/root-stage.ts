import { hash } from "node:crypto";
import { copyFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderBootArgs } from "@icos/slots";
import { emptyDirectory, IMAGE_EPOCH, makeErofs, makeExt4 } from "../filesystem/make.ts";
import { sealRoot } from "../filesystem/verity.ts";
import { renderCpio } from "../initramfs/cpio.ts";
import { composeInitramfs } from "../initramfs/initramfs.ts";
import { earlyMicrocode } from "../initramfs/microcode.ts";
import { packagesOfSet, type PackageLock } from "../lock/package-lock.ts";
import { packageSetName } from "../lock/package-sets.ts";
import { composeRoot } from "../rootfs/compose.ts";
import { loadComponents, type Component, type Variant } from "../rootfs/components.ts";
import { writeTar } from "../rootfs/tar.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { baseStage, type BaseStage } from "./base-stage.ts";
import type { BuildContext } from "./build-context.ts";
import type { OsDefinition } from "./os-definition.ts";
import { nodeStage, programsStage } from "./programs-stage.ts";

const RECIPE = 12;
const BOOT_SIZE = 1 << 30;

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
  os: OsDefinition,
  lock: PackageLock,
  variant: Variant,
  wantedVersion: string | undefined,
): Promise<RootStage> {
  const { settings, tools } = context;
  const init = await readFile(join(settings.repository, "images/initramfs/init"), "utf8");
  const components = await loadComponents(settings.repository, os.name, variant);
  const base = await baseStage(context, os, lock, variant);
  const node = await nodeStage(context);
  const programs = await programsStage(context, os, components);
  const inputs = {
    recipe: RECIPE,
    variant,
    base: base.key,
    node: node.key,
    programs: programs.key,
    tools: tools.path.split("/").pop(),
    init: hash("sha256", init),
    components: await hashComponents(components),
  };
  // Without a given version an image is named by what it is made of: equal inputs, equal version, on every machine.
  const version = wantedVersion ?? hash("sha256", JSON.stringify(inputs)).slice(0, 40);
  const key = stageKey({ ...inputs, version });
  const directory = await buildStage(settings.cache, `${os.name}-root`, key, async (into) => {
    const packages = packagesOfSet(lock, packageSetName(os.name, variant));
    const tree = await base.readTree();
    const microcode = earlyMicrocode(tree);
    const initramfs = renderCpio(
      composeInitramfs({
        os: os.name,
        init,
        ...os.initramfs,
        packages: tree,
        modules: base.bootModules,
      }),
    );
    await composeRoot({
      os,
      tree,
      components,
      programs: await programs.read(),
      node: await readFile(node.path),
      variant,
      version,
      packages: packages.map((entry) => ({ name: entry.name, version: entry.version })),
    });
    await writeTar(tree, join(into, "root.tar"), new Date(IMAGE_EPOCH * 1000));
    await makeErofs(tools.exec, join(into, "root.tar"), join(into, "root.img"), os.rootUuid);
    await rm(join(into, "root.tar"));
    const rootHash = await sealRoot(join(into, "root.img"));
    await writeFile(join(into, "VERSION.TXT"), `${version}\n`);
    await makeBootPartition(context, { os, base, microcode, initramfs, rootHash, version, into });
    await writeFile(join(into, "root-hash"), rootHash);
  });
  return { key, version, rootHash: await readFile(join(directory, "root-hash"), "utf8"), directory };
}

interface BootPartition {
  readonly os: OsDefinition;
  readonly base: BaseStage;
  /** Not compressed, before the initramfs. */
  readonly microcode: Buffer;
  readonly initramfs: Buffer;
  readonly rootHash: string;
  readonly version: string;
  readonly into: string;
}

async function makeBootPartition(
  { tools }: BuildContext,
  { os, base, microcode, initramfs, rootHash, version, into }: BootPartition,
): Promise<void> {
  const content = await emptyDirectory(join(into, "boot"));
  const initrd = join(content, "initrd.img");
  await copyFile(base.kernel, join(content, "vmlinuz"));
  await writeFile(`${initrd}.cpio`, initramfs);
  await tools.exec.run(["zstd", "-q", "-19", "--rm", "-o", initrd, `${initrd}.cpio`]);
  await writeFile(initrd, Buffer.concat([microcode, await readFile(initrd)]));
  await writeFile(join(content, "boot_args"), renderBootArgs({ rootHash, ...os.bootArgs }));
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
    uuid: os.bootUuid,
    label: "boot",
    content,
    journal: false,
  });
  await rm(content, { recursive: true });
}

async function hashComponents(components: readonly Component[]): Promise<readonly unknown[]> {
  const hashes: unknown[] = [];
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
