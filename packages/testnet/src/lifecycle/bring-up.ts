import { isDeepStrictEqual } from "node:util";
import { type Clock, IcosError, makeDirectory } from "@icos/system";
import { createControlClient, statusIfRunning, type ControlClient } from "../control/control-client.ts";
import type { TestnetStatus } from "../control/status-schema.ts";
import { takeInstanceLock } from "../process/single-instance.ts";
import type { TestnetDirectories } from "../state/directories.ts";
import { type HostImage, type TestnetFile, type TestnetImage, writeTestnetFile } from "../state/testnet-file.ts";
import { checkAdmission, type HostResources } from "../topology/admission.ts";
import { defaultTopology, type Topology } from "../topology/topology.ts";
import { endProcesses, removeTestnet, stopTestnet } from "./end-testnet.ts";
import { createFailureWatch } from "./failure-watch.ts";
import { findTestnet, noSuchTestnet } from "./presence.ts";

export interface BringUpOptions {
  readonly directories: TestnetDirectories;
  /** What the user asked for; an existing testnet must have the same. Without it: the existing one's, or 4 nodes. */
  readonly topology: Topology | undefined;
  /** False for `resume`: a testnet that does not exist is an error then. */
  readonly create: boolean;
  /** After how long without success to give up; 30 minutes unless told. */
  readonly timeoutMs?: number | undefined;
  readonly onStatus?: ((status: TestnetStatus) => void) | undefined;
  /** Aborting stops what this call started, and removes what it created. */
  readonly signal?: AbortSignal | undefined;
}

export interface BringUpModules {
  /** Builds the image when it is missing, and all that the supervisor needs from the network. */
  prepareImage(signal: AbortSignal | undefined): Promise<TestnetImage>;
  /** The same for the HostOS of nested nodes. */
  prepareHostImage(signal: AbortSignal | undefined): Promise<HostImage>;
  spawnSupervisor(directories: TestnetDirectories, signal: AbortSignal | undefined): Promise<void>;
  measureHost(directory: string): Promise<HostResources>;
  readonly clock: Clock;
}

export interface BringUpResult {
  readonly kind: "already-running" | "created" | "resumed";
  readonly status: TestnetStatus;
}

export const DEFAULT_NODES = 4;
const POLL_MS = 500;
const TIMEOUT_MS = 30 * 60_000;

/**
 * Takes a testnet from whatever there is of it to running. One call at a time for each testnet
 * (`already-coming-up` otherwise).
 */
export async function bringUp(options: BringUpOptions, modules: BringUpModules): Promise<BringUpResult> {
  const { directories, topology } = options;
  const present = await findTestnet(directories);
  if (present.kind !== "absent") refuseOtherTopology(directories.name, present.file, topology);
  if (present.kind === "running") {
    const status = present.status.state === "running" ? present.status : await waitUntilRunning(options, modules);
    return { kind: "already-running", status };
  }
  if (present.kind === "absent" && !options.create) throw noSuchTestnet(directories.name);
  const lock = await takeInstanceLock(directories.state, {
    role: "up",
    code: "already-coming-up",
    message: `Testnet "${directories.name}" is being brought up by another command.`,
  });
  try {
    return present.kind === "absent"
      ? await create(options, modules, topology ?? defaultTopology(DEFAULT_NODES))
      : await resume(options, modules, present.file);
  } finally {
    await lock.release();
  }
}

async function create(options: BringUpOptions, modules: BringUpModules, topology: Topology): Promise<BringUpResult> {
  const { directories, signal } = options;
  await makeDirectory(directories.state, 0o700);
  try {
    checkAdmission(topology.nodes, await modules.measureHost(directories.state));
    const image = await modules.prepareImage(signal);
    const nested = topology.nodes.some((node) => node.nested);
    const hostImage = nested ? await modules.prepareHostImage(signal) : undefined;
    signal?.throwIfAborted();
    await writeTestnetFile(directories, {
      version: 1,
      name: directories.name,
      createdAt: new Date().toISOString(),
      topology,
      image,
      hostImage,
      ports: { nodes: {} },
      desired: "running",
    });
  } catch (error) {
    await removeTestnet(directories);
    throw error;
  }
  try {
    await modules.spawnSupervisor(directories, signal);
    return { kind: "created", status: await waitUntilRunning(options, modules) };
  } catch (error) {
    // What the user interrupts is taken back whole; what failed is kept for its logs, but does not run.
    if (signal?.aborted) await removeTestnet(directories);
    else await stopTestnet(directories);
    throw error;
  }
}

async function resume(options: BringUpOptions, modules: BringUpModules, file: TestnetFile): Promise<BringUpResult> {
  const { directories, signal } = options;
  await endProcesses(directories, false);
  checkAdmission(file.topology.nodes, await modules.measureHost(directories.state));
  try {
    await modules.spawnSupervisor(directories, signal);
    return { kind: "resumed", status: await waitUntilRunning(options, modules) };
  } catch (error) {
    await stopTestnet(directories);
    throw error;
  }
}

async function waitUntilRunning(options: BringUpOptions, { clock }: BringUpModules): Promise<TestnetStatus> {
  const { directories, signal, timeoutMs = TIMEOUT_MS, onStatus = () => undefined } = options;
  const client = createControlClient(directories.controlSocket);
  const deadline = clock.now() + timeoutMs;
  const watch = createFailureWatch();
  for (;;) {
    signal?.throwIfAborted();
    const status = await readRunning(client, directories);
    onStatus(status);
    if (status.state === "running") return status;
    if (status.state === "failed" && status.problem) throw problemError(status.problem, directories);
    const stuck = watch.update(status.nodes, clock.now());
    if (stuck) throw problemError(stuck, directories);
    if (clock.now() > deadline) throw tooSlow(status, timeoutMs);
    await clock.sleep(POLL_MS, signal);
  }
}

async function readRunning(client: ControlClient, directories: TestnetDirectories): Promise<TestnetStatus> {
  const status = await statusIfRunning(client);
  if (status) return status;
  throw new IcosError("supervisor-ended", `The supervisor of testnet "${directories.name}" has ended.`, {
    next: `Its log is ${directories.supervisorLog}.`,
  });
}

function problemError(
  problem: { readonly code: string; readonly message: string; readonly next: string | null },
  directories: TestnetDirectories,
): IcosError {
  return new IcosError(problem.code, problem.message, {
    next: problem.next ?? `The supervisor's log is ${directories.supervisorLog}.`,
  });
}

function tooSlow(status: TestnetStatus, timeoutMs: number): IcosError {
  const nodes = status.nodes
    .map(({ name, state, problem }) => `${name} ${state}${problem ? ` (${problem.message})` : ""}`)
    .join(", ");
  return new IcosError(
    "testnet-not-running",
    `Testnet "${status.name}" is not running after ${Math.round(timeoutMs / 1000)} s: ${nodes}.${status.problem ? ` ${status.problem.message}` : ""}`,
    { next: "`icos testnet logs NODE` shows a node's console; `icos testnet resume` tries again." },
  );
}

function refuseOtherTopology(name: string, file: TestnetFile, wanted: Topology | undefined): void {
  if (wanted === undefined || isDeepStrictEqual(file.topology, wanted)) return;
  throw new IcosError(
    "topology-differs",
    `Testnet "${name}" exists already, with another topology (${file.topology.nodes.length} nodes).`,
    { next: `Give another name, or remove it first with \`icos testnet down ${name}\`.` },
  );
}
