import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createExec, IcosError, type Exec, type PhaseObserver, type SpawnCommand } from "@icos/system";
import { packageLockFile } from "../lock/lock-packages.ts";
import { packagesOfSet, readPackageLock, type PackageLock } from "../lock/package-lock.ts";
import { findMirrors, imageSettings, type ImageSettings } from "../settings.ts";
import { fetchPackages } from "../store/download.ts";
import { createContentStore, type ContentStore } from "../store/content-store.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { bootstrapTree } from "./bootstrap-tree.ts";
import { requireNamespaces } from "./namespaces.ts";

/** A Debian root that holds every tool which makes or runs an image, at the versions of the lock. */
export interface ToolsTree {
  /** The directory that holds `root/`. */
  readonly path: string;
  /** Runs short commands inside the tree. */
  readonly exec: Exec;
  /** Prefixes a long-running command so that it runs inside the tree; the process id stays the command's. */
  readonly wrap: SpawnCommand;
}

export interface OpenToolsTreeOptions {
  readonly observe?: PhaseObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

const RECIPE = 1;

/** The tools tree of the package lock, made on first use. */
export async function openToolsTree(
  options: OpenToolsTreeOptions = {},
  modules: { readonly settings?: ImageSettings; readonly exec?: Exec } = {},
): Promise<ToolsTree> {
  const { settings = imageSettings(), exec = createExec() } = modules;
  await requireNamespaces(exec);
  const lock = await readPackageLock(packageLockFile(settings));
  const packages = packagesOfSet(lock, "tools");
  const key = stageKey({ recipe: RECIPE, packages: packages.map(({ name, sha256 }) => [name, sha256]) });
  const stage = await buildStage(settings.cache, "tools", key, async (directory) => {
    const observe = options.observe ?? (() => undefined);
    const start = performance.now();
    observe({ kind: "started", phase: "tools tree" });
    const store = await fetchSet(lock, "tools", settings, exec, options);
    await bootstrapTree({ directory, lock, packages, store, exec, signal: options.signal });
    await mkdir(join(directory, "mount"));
    observe({
      kind: "finished",
      phase: "tools tree",
      milliseconds: Math.round(performance.now() - start),
      note: `${packages.length} packages`,
    });
  });
  const wrap = wrapInTree(stage);
  return { path: stage, exec: createExec(wrap), wrap };
}

/** Downloads (what is missing of) a package set and gives the store that holds it. */
export async function fetchSet(
  lock: PackageLock,
  set: string,
  settings: ImageSettings,
  exec: Exec,
  options: OpenToolsTreeOptions,
): Promise<ContentStore> {
  const store = createContentStore(join(settings.cache, "packages"));
  const packages = packagesOfSet(lock, set);
  if (packages.length === 0)
    throw new IcosError("empty-package-set", `The package lock holds no packages for "${set}".`, {
      next: "Make a new lock with `icos image lock --update`.",
    });
  await fetchPackages(lock, packages, store, () => findMirrors(exec), {
    signal: options.signal,
    onProgress: (done, total) =>
      options.observe?.({ kind: "progress", phase: "tools tree", text: `downloading ${set}: ${done} of ${total}` }),
  });
  return store;
}

function wrapInTree(tree: string): SpawnCommand {
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const script = join(import.meta.dirname, "enter.sh");
  const prefix = ["unshare", ...user, "--mount", "--propagation", "private", "--", "sh", script, tree];
  return (command) => [...prefix, ...command];
}

/** Whether a finished tree is on disk for this lock (nothing is built or fetched). */
export async function hasToolsTree(settings: ImageSettings = imageSettings()): Promise<boolean> {
  const lock = await readPackageLock(packageLockFile(settings));
  const packages = packagesOfSet(lock, "tools");
  const key = stageKey({ recipe: RECIPE, packages: packages.map(({ name, sha256 }) => [name, sha256]) });
  return (await stat(join(settings.cache, "stages", "tools", key)).catch(() => undefined)) !== undefined;
}
