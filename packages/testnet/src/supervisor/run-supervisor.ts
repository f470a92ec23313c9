import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createLogger, describeError, type Logger } from "@icos/system";
import { startControlServer } from "../control/control-server.ts";
import { noSuchTestnet } from "../lifecycle/presence.ts";
import { cleanLeftovers } from "../process/leftovers.ts";
import { identifyProcess, writeProcessRecord } from "../process/process-identity.ts";
import { takeInstanceLock } from "../process/single-instance.ts";
import { makeRunDirectory, type TestnetDirectories } from "../state/directories.ts";
import { readTestnetFile, type TestnetFile, writeTestnetFile } from "../state/testnet-file.ts";
import { deriveMachineAddress } from "../topology/machine-address.ts";
import { planTestnet, type TestnetPlan } from "../topology/plan.ts";
import type { SupervisorModules } from "./modules.ts";
import { createSupervisor } from "./supervisor.ts";

/** What the file of a testnet offers to the modules: the supervisor is its only writer while it runs. */
export interface TestnetFileKeeper {
  readonly current: TestnetFile;
  update(change: Partial<Pick<TestnetFile, "ports" | "desired">>): Promise<void>;
}

export interface ModulesContext {
  readonly directories: TestnetDirectories;
  readonly plan: TestnetPlan;
  readonly file: TestnetFileKeeper;
  readonly logger: Logger;
}

/** The modules, with what must be closed after the supervisor has ended. */
export interface OpenModules extends SupervisorModules {
  close(): Promise<void>;
}

export interface RunSupervisorOptions {
  readonly directories: TestnetDirectories;
  readonly openModules: (context: ModulesContext) => Promise<OpenModules>;
  /** Called when the control socket answers. */
  readonly onReady: () => void;
  /** Aborted by a signal: shuts down in order. */
  readonly signal: AbortSignal;
}

/** The life of a supervisor process, from its lock to its last socket. Returns after a shutdown. */
export async function runSupervisor({
  directories,
  openModules,
  onReady,
  signal,
}: RunSupervisorOptions): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const logger = createLogger(process.stderr, { journal: false, name: "supervisor" });
  const lock = await takeInstanceLock(directories.state, {
    role: "supervisor",
    code: "already-supervised",
    message: `A supervisor already runs for testnet "${directories.name}".`,
  });
  try {
    const file = await openFile(directories);
    for (const found of await cleanLeftovers(directories)) logger.log("warning", "ended a leftover", { found });
    await makeRunDirectory(directories.run, uid);
    const identity = await identifyProcess(process.pid);
    if (identity) await writeProcessRecord(directories.supervisorRecord, identity);
    const plan = planTestnet(directories, file.current.topology, deriveMachineAddress);
    const modules = await openModules({ directories, plan, file, logger });
    try {
      await superviseUntilShutdown(directories, plan, file, modules, { onReady, signal });
    } finally {
      await modules.close();
    }
  } finally {
    await keepLogs(directories).catch((error: unknown) => {
      logger.log("warning", "logs of the services are lost", { error: describeError(error) });
    });
    await rm(directories.run, { recursive: true, force: true });
    await lock.release();
  }
}

async function superviseUntilShutdown(
  directories: TestnetDirectories,
  plan: TestnetPlan,
  file: TestnetFileKeeper,
  modules: OpenModules,
  { onReady, signal }: Pick<RunSupervisorOptions, "onReady" | "signal">,
): Promise<void> {
  const supervisor = createSupervisor(plan, versionsOf(file.current), modules);
  const over = Promise.withResolvers<void>();
  const shutdown = async (clean: boolean): Promise<void> => {
    await file.update({ desired: "stopped" });
    await supervisor.shutdown(clean);
    over.resolve();
  };
  const control = await startControlServer(directories.controlSocket, {
    status: () => supervisor.status(),
    power: (node, action) => supervisor.power(node, action),
    fault: (request) => supervisor.fault(request),
    shutdown,
  });
  try {
    await file.update({ desired: "running" });
    const onSignal = (): void => void shutdown(true).catch((error: unknown) => over.reject(error));
    if (signal.aborted) onSignal();
    else signal.addEventListener("abort", onSignal, { once: true });
    void supervisor.run();
    onReady();
    await over.promise;
  } finally {
    await control.close();
  }
}

function versionsOf({ image, hostImage }: TestnetFile): { version: string; hostVersion: string | undefined } {
  return { version: image.version, hostVersion: hostImage?.version };
}

async function openFile(directories: TestnetDirectories): Promise<TestnetFileKeeper> {
  const first = await readTestnetFile(directories);
  if (first === undefined) throw noSuchTestnet(directories.name);
  let current = first;
  return {
    get current() {
      return current;
    },
    async update(change) {
      current = { ...current, ...change };
      await writeTestnetFile(directories, current);
    },
  };
}

/** Sockets must be short, so services log beside theirs; their logs move to the state directory at the end. */
async function keepLogs({ run, state }: TestnetDirectories): Promise<void> {
  for (const log of ["services.log", "nns.log"])
    await copyFile(join(run, "services", log), join(state, log)).catch(() => undefined);
}
