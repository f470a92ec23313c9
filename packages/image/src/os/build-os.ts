import { createExec, runPhases, type Exec, type PhaseObserver } from "@icos/system";
import { packageLockFile } from "../lock/lock-packages.ts";
import { readPackageLock } from "../lock/package-lock.ts";
import { imageSettings, type ImageSettings } from "../settings.ts";
import type { Variant } from "../rootfs/components.ts";
import { openToolsTree } from "../tools/tools-tree.ts";
import { diskStage } from "./disk-stage.ts";
import { updateStage, type UpdateImage } from "./update-stage.ts";
import type { BuildContext } from "./build-context.ts";
import { osDefinition } from "./os-definition.ts";
import type { OsName } from "./os-name.ts";
import { rootStage, type RootStage } from "./root-stage.ts";

export interface BuildOsOptions {
  readonly variant: Variant;
  /** Becomes `version.txt`; by default the image is named by the hash of what it is made of. */
  readonly version?: string | undefined;
  readonly observe?: PhaseObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OsBuild {
  readonly os: OsName;
  readonly version: string;
  readonly variant: Variant;
  /** dm-verity root hash, lower-case hex. */
  readonly rootHash: string;
  readonly updateImage: UpdateImage;
  readonly diskImage: { readonly path: string };
  /** Kernel and initramfs on their own, for a probe boot. */
  readonly bootImage: { readonly path: string };
}

/** Builds what is missing of an operating system. A stage whose inputs have not changed is taken from the cache. */
export async function buildOs(
  name: OsName,
  options: BuildOsOptions,
  modules: { readonly settings?: ImageSettings; readonly exec?: Exec } = {},
): Promise<OsBuild> {
  const { settings = imageSettings(), exec = createExec() } = modules;
  const { observe, signal } = options;
  const os = osDefinition(name);
  const lock = await readPackageLock(packageLockFile(settings));
  const built: { context?: BuildContext; root?: RootStage; update?: UpdateImage; disk?: { readonly path: string } } =
    {};
  await runPhases(
    [
      {
        name: "tools tree",
        run: async (_, report) => {
          const progress: PhaseObserver = (event) => event.kind === "progress" && report(event.text);
          const tools = await openToolsTree({ observe: progress, signal }, { settings, exec });
          built.context = { settings, tools, exec, signal, observe: progress };
        },
      },
      {
        name: "root file system",
        run: async () => {
          built.root = await rootStage(required(built.context), os, lock, options.variant, options.version);
          return `root hash ${built.root.rootHash.slice(0, 12)}…`;
        },
      },
      {
        name: "update image",
        run: async () => {
          built.update = await updateStage(required(built.context), os, required(built.root));
          return `${(built.update.size / 1e6).toFixed(1)} MB`;
        },
      },
      {
        name: "disk image",
        run: async () => {
          built.disk = await diskStage(required(built.context), os, required(built.root));
        },
      },
    ],
    undefined,
    { observe, signal },
  );
  const root = required(built.root);
  return {
    os: name,
    version: root.version,
    variant: options.variant,
    rootHash: root.rootHash,
    updateImage: required(built.update),
    diskImage: required(built.disk),
    bootImage: { path: `${root.directory}/boot.img` },
  };
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("A phase before this one did not run.");
  return value;
}
