import { readdir, readFile, readlink, rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findFirstDifference } from "./first-difference.ts";
import type { OsBuild } from "../os/build-os.ts";
import type { ToolsTree } from "../tools/tools-tree.ts";

export interface ImageDifference {
  readonly artefact: "boot.img" | "root.img" | "update image" | "disk image";
  /** First byte that differs; undefined when only the sizes do. */
  readonly offset: number | undefined;
  /** For `root.img`: the first file whose content, type or presence differs. */
  readonly file: string | undefined;
}

/** Compares two builds from the inside out, so that the first difference found is the cause and not a consequence. */
export async function compareImages(a: OsBuild, b: OsBuild, tools: ToolsTree): Promise<ImageDifference | undefined> {
  const stageOf = (build: OsBuild): string => dirname(build.bootImage.path);
  for (const artefact of ["root.img", "boot.img"] as const) {
    const found = await findFirstDifference(join(stageOf(a), artefact), join(stageOf(b), artefact));
    if (found === undefined) continue;
    const file =
      artefact === "root.img"
        ? await firstFile(join(stageOf(a), artefact), join(stageOf(b), artefact), tools)
        : undefined;
    return { artefact, offset: found.offset, file };
  }
  const update = await findFirstDifference(a.updateImage.path, b.updateImage.path);
  if (update) return { artefact: "update image", offset: update.offset, file: undefined };
  const disk = await findFirstDifference(a.diskImage.path, b.diskImage.path);
  if (disk) return { artefact: "disk image", offset: disk.offset, file: undefined };
  return undefined;
}

async function firstFile(a: string, b: string, tools: ToolsTree): Promise<string | undefined> {
  const scratch = await mkdtemp(join(tmpdir(), "icos-compare-"));
  try {
    const trees = [join(scratch, "a"), join(scratch, "b")] as const;
    for (const [index, image] of [a, b].entries())
      await tools.exec.run(["fsck.erofs", "-d0", `--extract=${trees[index]}`, "--no-preserve-owner", image]);
    const [left, right] = await Promise.all(trees.map(list));
    const all = [
      ...new Set([...(left ?? new Map<string, string>()).keys(), ...(right ?? new Map<string, string>()).keys()]),
    ].sort();
    for (const path of all) {
      const [kindA, kindB] = [left?.get(path), right?.get(path)];
      if (kindA !== kindB) return path;
      if (kindA !== "file") continue;
      const [first, second] = await Promise.all(trees.map((tree) => readFile(join(tree, path))));
      if (!first?.equals(second ?? Buffer.alloc(0))) return path;
    }
    return undefined;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Path to what it is; a link's target is part of that. */
async function list(tree: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const kind = entry.isSymbolicLink()
      ? `link to ${await readlink(path)}`
      : entry.isDirectory()
        ? "directory"
        : "file";
    found.set(path.slice(tree.length), kind);
  }
  return found;
}
