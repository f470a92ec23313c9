import { readFile } from "node:fs/promises";
import { IcosError, type PhaseObserver, systemClock } from "@icos/system";
import {
  bringUp,
  type BringUpModules,
  type BringUpResult,
  DEFAULT_NODES,
  defaultTopology,
  type HostImage,
  measureHost,
  parseTopology,
  spawnSupervisor,
  type TestnetDirectories,
  type TestnetImage,
  type TestnetStatus,
  type Topology,
} from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { type ProgressReporter, type ProgressRow, stderrProgress } from "../output/progress.ts";
import { DEFAULT_TESTNET, chooseTestnet, directoriesOf } from "./find-testnet.ts";
import { printStatus } from "./testnet-status.ts";
import type { JsonOption, UpOptions } from "./testnet.ts";

export async function testnetUp(context: CliContext, name: string | undefined, options: UpOptions): Promise<void> {
  const topology = await readTopology(options);
  await run(context, directoriesOf(context, name ?? DEFAULT_TESTNET), topology, true, options);
}

export async function testnetResume(
  context: CliContext,
  name: string | undefined,
  options: JsonOption & { timeout?: number },
): Promise<void> {
  await run(context, await chooseTestnet(context, name), undefined, false, options);
}

async function run(
  context: CliContext,
  directories: TestnetDirectories,
  topology: Topology | undefined,
  create: boolean,
  options: JsonOption & { readonly timeout?: number },
): Promise<void> {
  const progress = stderrProgress();
  let result: BringUpResult;
  try {
    result = await bringUp(
      {
        directories,
        topology,
        create,
        timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1_000,
        onStatus: (status) => progress.show(progressRows(status)),
        signal: context.signal,
      },
      realModules(context, progress),
    );
  } finally {
    progress.end();
  }
  if (result.kind === "already-running") context.err(`Testnet "${directories.name}" is already running.\n`);
  printStatus(context, result.status, options);
}

function realModules(context: CliContext, progress: ProgressReporter): BringUpModules {
  return {
    prepareImage: (signal) => prepareImage(progress.observe, signal),
    prepareHostImage: (signal) => prepareHostImage(progress.observe, signal),
    spawnSupervisor: (directories, signal) => spawnSupervisor(directories, { env: context.env, signal }),
    measureHost,
    clock: systemClock,
  };
}

/** Builds the image that nodes of a testnet boot, and the tools that run it; both come from the cache when unchanged. */
async function prepareImage(observe: PhaseObserver, signal: AbortSignal | undefined): Promise<TestnetImage> {
  const { buildOs, openToolsTree } = await import("@icos/image");
  await openToolsTree({ observe, signal });
  const build = await buildOs("guestos", { variant: "dev", observe, ...(signal ? { signal } : {}) });
  return {
    version: build.version,
    variant: "dev",
    rootHash: build.rootHash,
    diskImage: { path: build.diskImage.path },
    updateImage: { ...build.updateImage },
  };
}

/** The same for HostOS, which nested nodes boot. */
async function prepareHostImage(observe: PhaseObserver, signal: AbortSignal | undefined): Promise<HostImage> {
  const { buildOs } = await import("@icos/image");
  const build = await buildOs("hostos", { variant: "dev", observe, ...(signal ? { signal } : {}) });
  const { version, rootHash, diskImage, updateImage } = build;
  return { version, variant: "dev", rootHash, diskImage: { path: diskImage.path }, updateImage: { ...updateImage } };
}

async function readTopology({ nodes, topology, nested: flag }: UpOptions): Promise<Topology | undefined> {
  if (nodes !== undefined && topology !== undefined)
    throw new IcosError("usage", "--nodes and --topology exclude each other.");
  const nested = flag === true;
  if (nested && topology !== undefined)
    throw new IcosError("usage", "--nested and --topology exclude each other.", {
      next: 'Say `"nested": true` of each node of the file that is to be HostOS running GuestOS.',
    });
  if (nodes !== undefined || nested) return defaultTopology(nodes ?? DEFAULT_NODES, { nested });
  if (topology === undefined) return undefined;
  try {
    return parseTopology(await readFile(topology, "utf8"), topology);
  } catch (error) {
    if (error instanceof IcosError) throw error;
    throw new IcosError("topology-unreadable", `The topology file ${topology} cannot be read.`, { cause: error });
  }
}

/** The phases of a status, the first open one running. */
export function progressRows({ progress }: TestnetStatus): ProgressRow[] {
  return progress.map(({ phase, done, text, milliseconds }) => ({
    phase,
    state: done ? "done" : milliseconds === null ? "waiting" : "running",
    text,
    milliseconds: milliseconds ?? undefined,
  }));
}
