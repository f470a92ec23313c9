import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import { planAccounts } from "./accounts.ts";
import type { Component, Variant } from "./components.ts";
import type { FileTree } from "./file-tree.ts";
import { enableUnit, maskUnit } from "./units.ts";

export interface ComposeOptions {
  readonly os: { readonly name: string; readonly title: string };
  /** The unpacked packages; becomes the root file system. */
  readonly tree: FileTree;
  readonly components: readonly Component[];
  /** Bundles by their path in the image. */
  readonly programs: ReadonlyMap<string, Uint8Array>;
  readonly node: Uint8Array;
  readonly variant: Variant;
  readonly version: string;
  /** Name and version of every package in the image. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

/** Puts an image's own parts over its packages, in a fixed order: accounts, files, directories, links, units. */
export async function composeRoot(options: ComposeOptions): Promise<void> {
  const { os, tree, components, variant, version } = options;
  const accounts = planAccounts(components);
  accounts.writeTo(tree, { rootShell: variant === "dev" ? "/bin/bash" : "/usr/sbin/nologin" });
  for (const component of components) await copyFiles(tree, join(component.directory, "files"), "");
  for (const { definition } of components) {
    for (const { path, mode, owner } of definition.directories)
      tree.directory(path, Number.parseInt(mode, 8), accounts.idsOf(owner));
    for (const [path, target] of Object.entries(definition.links)) replaceWithLink(tree, path, target);
    for (const path of Object.keys(definition.programs)) tree.file(path, programOf(options.programs, path));
  }
  tree.file("/opt/ic/bin/node", options.node, 0o755);
  tree.file("/opt/ic/share/version.txt", `${version}\n`);
  tree.file("/opt/ic/share/variant", `${variant}\n`);
  tree.file("/opt/ic/share/packages.json", `${JSON.stringify(options.packages, undefined, 1)}\n`);
  tree.file("/usr/lib/os-release", osRelease(os, version, variant));
  for (const { definition } of components) for (const unit of definition.enable) enableUnit(tree, unit);
  for (const { definition } of components) for (const unit of definition.mask) maskUnit(tree, unit);
  for (const { definition } of components) for (const path of definition.remove) tree.remove(path);
}

function replaceWithLink(tree: FileTree, path: string, target: string): void {
  if (tree.get(path)?.kind === "file") tree.remove(path);
  tree.link(path, target);
}

function programOf(programs: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const content = programs.get(path);
  if (!content) throw new IcosError("missing-program", `Nothing was bundled for ${path}.`);
  return content;
}

/** A file is executable in the image exactly when its owner may execute it here; nothing else of its mode counts. */
async function copyFiles(tree: FileTree, source: string, target: string): Promise<void> {
  const entries = await readdir(source, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const from = join(source, entry.name);
    const to = `${target}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!tree.get(to)) tree.directory(to);
      await copyFiles(tree, from, to);
    } else if (entry.isFile()) {
      const executable = ((await stat(from)).mode & 0o100) !== 0;
      tree.file(to, await readFile(from), executable ? 0o755 : 0o644);
    } else
      throw new IcosError("bad-component", `${from} is neither a file nor a directory.`, {
        next: "Declare links in component.json.",
      });
  }
}

function osRelease(os: ComposeOptions["os"], version: string, variant: Variant): string {
  return [
    `PRETTY_NAME="icos ${os.title}"`,
    `NAME="icos ${os.title}"`,
    `ID=icos-${os.name}`,
    "ID_LIKE=debian",
    `VERSION_ID=${version}`,
    `VARIANT_ID=${variant}`,
    "",
  ].join("\n");
}
