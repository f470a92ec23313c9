import * as v from "valibot";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, parseJson } from "@icos/system";

const ModuleLists = v.strictObject({
  description: v.string(),
  /** Loaded by the initramfs, in an order that their dependencies allow. */
  boot: v.array(v.string()),
  /** Also kept in the image, for udev and systemd to load. A trailing `*` stands for any rest of the name. */
  keep: v.array(v.string()),
  /** The firmware that stays, below `/usr/lib/firmware`; nothing else of what the packages bring does. */
  firmware: v.optional(v.array(v.string()), []),
});
export type ModuleLists = v.InferOutput<typeof ModuleLists>;

export async function readModuleLists(repository: string, os: string): Promise<ModuleLists> {
  const file = join(repository, "images", os, "kernel-modules.json");
  return parseJson(ModuleLists, await readFile(file, "utf8"), {
    code: "bad-module-list",
    name: "The module list",
    file,
  });
}

/** Module dependencies as `depmod` writes them to `modules.dep`. */
export interface ModuleIndex {
  /** Paths (below the module directory) of the named modules and all they need, dependencies first. */
  closure(names: readonly string[]): readonly string[];
}

/** `builtin` is the kernel's `modules.builtin`: such a module is always there and has no file. */
export function parseModulesDep(text: string, builtin: string): ModuleIndex {
  const dependencies = new Map<string, readonly string[]>();
  const byName = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [path, rest] = line.split(":");
    if (!path || rest === undefined) continue;
    dependencies.set(path, rest.trim().split(/\s+/).filter(Boolean));
    byName.set(moduleName(path), path);
  }
  const builtIn = new Set(builtin.split("\n").map(moduleName));
  const match = (pattern: string): string[] => {
    const name = pattern.replaceAll("-", "_");
    const found = name.endsWith("*")
      ? [...byName].filter(([key]) => key.startsWith(name.slice(0, -1))).map(([, path]) => path)
      : [byName.get(name)].filter((path) => path !== undefined);
    if (found.length === 0 && !builtIn.has(name))
      throw new IcosError("unknown-module", `The kernel has no module ${pattern}.`);
    return found.sort();
  };
  return {
    closure: (names) => {
      const ordered = new Set<string>();
      const visit = (path: string): void => {
        if (ordered.has(path)) return;
        for (const dependency of dependencies.get(path) ?? []) visit(dependency);
        ordered.add(path);
      };
      for (const name of names) for (const path of match(name)) visit(path);
      return [...ordered];
    },
  };
}

function moduleName(path: string): string {
  return (path.split("/").pop() ?? "").replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}
