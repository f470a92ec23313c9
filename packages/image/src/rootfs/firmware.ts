import { dirname, posix } from "node:path";
import { IcosError } from "@icos/system";
import type { FileTree } from "./file-tree.ts";

export const FIRMWARE_DIRECTORY = "/usr/lib/firmware";

/**
 * Leaves of the firmware of all packages the wanted files (paths below {@link FIRMWARE_DIRECTORY}) and what they are links
 * to. Throws `unknown-firmware` with every file that no package brings.
 */
export function keepFirmware(tree: FileTree, wanted: readonly string[]): void {
  const kept = new Set<string>();
  const missing: string[] = [];
  for (const name of wanted) if (!follow(tree, `${FIRMWARE_DIRECTORY}/${name}`, kept)) missing.push(name);
  if (missing.length > 0)
    throw new IcosError("unknown-firmware", `No package has the firmware ${missing.join(", ")}.`, {
      next: "Correct the list of firmware in kernel-modules.json, or add the package.",
    });
  const directories = new Set([...kept].flatMap(parents));
  tree.removeWhere((path) => path.startsWith(`${FIRMWARE_DIRECTORY}/`) && !kept.has(path) && !directories.has(path));
}

/** Adds the links that lead from `path` to a file, and the file; `false` when they lead to none. */
function follow(tree: FileTree, path: string, kept: Set<string>): boolean {
  const way = new Set<string>();
  let at = path;
  let entry = tree.get(at);
  while (entry?.kind === "link" && !way.has(at)) {
    way.add(at);
    at = posix.resolve(dirname(at), entry.target);
    entry = tree.get(at);
  }
  if (entry?.kind !== "file") return false;
  for (const found of [...way, at]) kept.add(found);
  return true;
}

function parents(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === FIRMWARE_DIRECTORY ? [parent] : [parent, ...parents(parent)];
}
