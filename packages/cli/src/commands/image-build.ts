import { buildOs, type OsName } from "@icos/image";
import type { CliContext } from "../context.ts";
import { stderrProgress } from "../output/progress.ts";
import type { ImageBuild } from "../schemas/image.ts";
import type { BuildOptions } from "./image.ts";

export async function imageBuild(
  context: CliContext,
  os: OsName,
  { variant, version, json }: BuildOptions,
): Promise<void> {
  const progress = stderrProgress();
  const { observe } = progress;
  const build = await buildOs(os, {
    variant,
    observe,
    signal: context.signal,
    ...(version === undefined ? {} : { version }),
  }).finally(() => progress.end());
  const { path, size, sha256 } = build.updateImage;
  const report: ImageBuild = {
    os,
    version: build.version,
    variant: build.variant,
    rootHash: build.rootHash,
    updateImage: { path, size, sha256 },
    diskImage: { path: build.diskImage.path },
  };
  if (json) return context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  const lines = [
    ["version", report.version],
    ["variant", report.variant],
    ["root hash", report.rootHash],
    ["update image", `${path} (${(size / 1e6).toFixed(1)} MB, sha256 ${sha256})`],
    ["disk image", report.diskImage.path],
  ];
  context.out(lines.map(([key = "", value = ""]) => `${key.padEnd(14)}${value}\n`).join(""));
}
