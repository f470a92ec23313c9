import { mkdtemp, open, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { parseJson } from "@icos/system";
import { kernelCommandLine, parseBootArgs, rootHashOf, VERITY_SALT, VERITY_TREE_OFFSET } from "@icos/slots";
import { computeVerityTree, readVeritySuperblock } from "../filesystem/verity.ts";
import { openToolsTree, type ToolsTree } from "../tools/tools-tree.ts";
import { hashFile } from "../store/content-store.ts";
import { openImage, type FilesystemSource, type ImagePartition } from "./open-image.ts";

export interface BootReport {
  readonly kernel: { readonly size: number; readonly sha256: string };
  readonly initrd: { readonly size: number; readonly sha256: string };
  readonly commandLines: Readonly<Record<"A" | "B", string>>;
  /** The root hash that the command lines name. */
  readonly rootHash: string;
}

export interface RootReport {
  /** Computed from the blocks of the image. */
  readonly rootHash: string;
  /** Whether the stored hash tree is the one of the stored blocks. */
  readonly treeIntact: boolean;
  /** Bytes of the file system without its hash tree. */
  readonly size: number;
  readonly version: string;
  readonly variant: string;
  readonly kernelVersion: string;
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Units that are started by themselves, and units that can never start. */
  readonly units: { readonly enabled: readonly string[]; readonly masked: readonly string[] };
}

export interface ImageReport {
  readonly file: string;
  readonly kind: string;
  readonly size: number;
  readonly partitions: readonly ImagePartition[];
  readonly boot: BootReport | undefined;
  readonly root: RootReport | undefined;
  /** The booted kernel would accept this root file system. */
  readonly consistent: boolean;
}

const PackageList = v.array(v.object({ name: v.string(), version: v.string() }));

/** What an image file holds, read from the image itself. */
export async function inspectImage(path: string, modules: { readonly tools?: ToolsTree } = {}): Promise<ImageReport> {
  const tools = modules.tools ?? (await openToolsTree());
  const image = await openImage(path);
  const scratch = await mkdtemp(join(tmpdir(), "icos-inspect-"));
  try {
    const boot = image.boot && (await inspectBoot(tools, image.boot, scratch));
    const root = image.root && (await inspectRoot(tools, image.root, scratch));
    const consistent = (root?.treeIntact ?? true) && (!boot || !root || boot.rootHash === root.rootHash);
    return {
      file: path,
      kind: image.kind,
      size: (await stat(path)).size,
      partitions: image.partitions,
      boot,
      root,
      consistent,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await image.close();
  }
}

async function inspectBoot(tools: ToolsTree, { file, offset }: FilesystemSource, scratch: string): Promise<BootReport> {
  const device = offset === 0 ? file : `${file}?offset=${offset}`;
  const fetch = async (name: string): Promise<string> => {
    const target = join(scratch, name);
    await tools.exec.run(["debugfs", "-R", `dump /${name} ${target}`, device]);
    return target;
  };
  const measure = async (name: string): Promise<{ size: number; sha256: string }> => {
    const target = await fetch(name);
    return { size: (await stat(target)).size, sha256: await hashFile(target) };
  };
  const args = parseBootArgs(await readFile(await fetch("boot_args"), "utf8"));
  return {
    kernel: await measure("vmlinuz"),
    initrd: await measure("initrd.img"),
    commandLines: { A: kernelCommandLine(args, "A"), B: kernelCommandLine(args, "B") },
    rootHash: rootHashOf(args.A),
  };
}

async function inspectRoot(tools: ToolsTree, { file, offset }: FilesystemSource, scratch: string): Promise<RootReport> {
  const content = join(scratch, "root");
  const options = ["--no-preserve-owner", "--no-preserve-perms", ...(offset === 0 ? [] : [`--offset=${offset}`])];
  await tools.exec.run(["fsck.erofs", "-d0", `--extract=${content}`, ...options, file]);
  const text = async (path: string): Promise<string> =>
    (await readFile(join(content, path), "utf8").catch(() => "")).trim();
  const { rootHash, treeIntact, size } = await checkTree(file, offset);
  const packages = await text("opt/ic/share/packages.json");
  return {
    rootHash,
    treeIntact,
    size,
    version: await text("opt/ic/share/version.txt"),
    variant: await text("opt/ic/share/variant"),
    kernelVersion: (await readdir(join(content, "usr/lib/modules")).catch(() => [])).join(" "),
    packages:
      packages === ""
        ? []
        : parseJson(PackageList, packages, { code: "bad-image", name: "The image's package list", file }),
    units: await listUnits(content),
  };
}

async function checkTree(
  path: string,
  offset: number,
): Promise<{ rootHash: string; treeIntact: boolean; size: number }> {
  const file = await open(path, "r");
  try {
    const { dataBlocks, blockSize } = await readVeritySuperblock(file, offset + VERITY_TREE_OFFSET);
    const size = dataBlocks * blockSize;
    const computed = await computeVerityTree(file, size, Buffer.from(VERITY_SALT, "hex"), offset);
    const stored = Buffer.alloc(computed.tree.length);
    await file.read(stored, 0, stored.length, offset + VERITY_TREE_OFFSET + blockSize);
    return { rootHash: computed.rootHash, treeIntact: stored.equals(computed.tree), size };
  } finally {
    await file.close();
  }
}

async function listUnits(content: string): Promise<{ enabled: string[]; masked: string[] }> {
  const enabled = new Set<string>();
  const masked: string[] = [];
  for (const directory of ["etc/systemd/system", "usr/lib/systemd/system"]) {
    const entries = await readdir(join(content, directory), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isSymbolicLink()) continue;
      if (/\.(wants|requires)$/.test(entry.parentPath)) enabled.add(entry.name);
      else if ((await readlink(join(entry.parentPath, entry.name))) === "/dev/null") masked.push(entry.name);
    }
  }
  return { enabled: [...enabled].filter((name) => !masked.includes(name)).sort(), masked: [...new Set(masked)].sort() };
}
