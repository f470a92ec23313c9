import { describeError, IcosError } from "@icos/system";
import type { ObservedNode, ObservedTestnet, TargetTestnet } from "../bringup/observation.ts";
import { planBringUp, type Step } from "../bringup/planner.ts";
import type { FaultRequest, PowerAction } from "../control/control-schema.ts";
import { problemOf } from "../control/problem.ts";
import type { TestnetStatus } from "../control/status-schema.ts";
import type { NodePlan, TestnetPlan } from "../topology/plan.ts";
import { createFaultBoard } from "./fault-board.ts";
import type { RegistrySnapshot, RunningServices, SupervisorModules } from "./modules.ts";
import { createNodeKeeper, type NodeKeeper } from "./node-keeper.ts";
import { createProgressClock } from "./progress-clock.ts";
import { composeStatus, type Situation } from "./status.ts";

/** Pauses between two looks at the testnet. */
const WAITING_MS = 2_000;
const SETTLED_MS = 5_000;
const AFTER_FAILURE_MS = 5_000;

/** Runs one testnet: brings it to where its topology wants it, keeps it there, and answers for it. */
export interface Supervisor {
  /** Works until `shutdown`; never rejects. */
  run(): Promise<void>;
  status(): TestnetStatus;
  power(node: string, action: PowerAction): Promise<void>;
  fault(request: FaultRequest): Promise<void>;
  /** Shuts the guests down (`clean`) or cuts their power, then ends the services. Can be called again. */
  shutdown(clean: boolean): Promise<void>;
}

type Executors = { readonly [Kind in Step["kind"]]: (step: Extract<Step, { kind: Kind }>) => Promise<void> };

const EMPTY_REGISTRY: RegistrySnapshot = {
  nodeIdByAddress: new Map(),
  subnetIdByNode: new Map(),
  hostVersionByNode: new Map(),
};

export function createSupervisor(
  plan: TestnetPlan,
  images: { readonly version: string; readonly hostVersion?: string | undefined },
  modules: SupervisorModules,
): Supervisor {
  const { clock, logger } = modules;
  const keepers = new Map(plan.nodes.map((node) => [node.name, createNodeKeeper(clock)]));
  const powered = new Set(keepers.keys());
  const faults = createFaultBoard([...keepers.keys()], modules.links);
  const progress = createProgressClock(clock);
  const stopping = new AbortController();
  let services: RunningServices | undefined;
  let registry = EMPTY_REGISTRY;
  let problem: unknown;
  let settledOnce = false;
  let wake = new AbortController();
  let ended: Promise<void> | undefined;

  const target = (): TargetTestnet => ({
    powered,
    subnets: plan.subnets,
    hosts: new Set(plan.nodes.filter((node) => node.nested).map((node) => node.name)),
  });

  function keeperOf(name: string): NodeKeeper {
    const keeper = keepers.get(name);
    if (keeper) return keeper;
    const names = [...keepers.keys()].join(", ");
    throw new IcosError("no-such-node", `There is no node "${name}" in this testnet.`, { next: `Nodes: ${names}.` });
  }

  function runningServices(): RunningServices {
    if (services?.isRunning()) return services;
    throw new IcosError("services-not-running", "The testnet's services do not run.", {
      next: "They are being started; try again in a moment.",
    });
  }

  function observeNode(node: NodePlan): ObservedNode {
    const keeper = keeperOf(node.name);
    const nodeId = registry.nodeIdByAddress.get(node.ipv6);
    const subnetId = nodeId === undefined ? undefined : registry.subnetIdByNode.get(nodeId);
    const hostVersion = nodeId === undefined ? undefined : registry.hostVersionByNode.get(nodeId);
    return { machine: keeper.state(), answers: keeper.answers(), nodeId, subnetId, hostVersion };
  }

  function observed(): ObservedTestnet {
    return {
      services: services?.isRunning() ? "running" : "stopped",
      nodes: new Map(plan.nodes.map((node) => [node.name, observeNode(node)])),
    };
  }

  /**
   * Reads the registry and asks every running node, at the same time. A registry that does not answer is a problem to
   * show, and no reason to leave the machines alone: what was read last still holds.
   */
  async function look(): Promise<unknown> {
    const current = services;
    if (!current?.isRunning()) return undefined;
    const running = plan.nodes.filter((node) => keeperOf(node.name).state().kind === "running");
    const [read] = await Promise.allSettled([
      current.readRegistry(),
      ...running.map(async (node) => keeperOf(node.name).heard(await current.probe(node))),
    ]);
    if (read.status === "rejected") return read.reason;
    registry = read.value;
    return undefined;
  }

  const executors: Executors = {
    "start-services": async () => {
      await services?.close();
      services = undefined;
      services = await modules.startServices();
    },
    "start-node": async ({ node }) => {
      const nodePlan = plan.nodes.find((each) => each.name === node);
      if (nodePlan === undefined) return;
      const current = runningServices();
      await keeperOf(node).start(() => modules.prepareMachine(nodePlan, current));
    },
    "create-subnet": ({ nodeIds }) => runningServices().createSubnet(nodeIds),
    "assign-host-version": ({ nodeIds }) => runningServices().assignHostVersion(nodeIds),
  };

  async function execute(step: Step): Promise<void> {
    logger.log("info", "step", { step });
    switch (step.kind) {
      case "start-services":
        return executors[step.kind](step);
      case "start-node":
        return executors[step.kind](step);
      case "create-subnet":
        return executors[step.kind](step);
      case "assign-host-version":
        return executors[step.kind](step);
    }
  }

  /** One round: look, plan, do. Says how long to wait before the next. */
  async function round(): Promise<number> {
    const unread = await look();
    const next = planBringUp(target(), observed(), clock.now());
    progress.update(target(), observed());
    problem = unread;
    if (next.kind === "settled") {
      settledOnce = true;
      return unread === undefined ? SETTLED_MS : WAITING_MS;
    }
    if (next.kind === "waiting") return WAITING_MS;
    for (const step of next.steps) {
      if (stopping.signal.aborted) return 0;
      await execute(step);
      progress.update(target(), observed());
    }
    return 0;
  }

  async function pause(milliseconds: number): Promise<void> {
    await clock.sleep(milliseconds, AbortSignal.any([stopping.signal, wake.signal])).catch(() => undefined);
    if (wake.signal.aborted) wake = new AbortController();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await pause(await round());
      } catch (error) {
        problem = error;
        logger.log("error", "round failed", { error: describeError(error) });
        await pause(AFTER_FAILURE_MS);
      }
    }
  }

  async function end(clean: boolean, loop: Promise<void> | undefined): Promise<void> {
    stopping.abort();
    await loop;
    await Promise.all([...keepers.values()].map((keeper) => (clean ? keeper.stop() : keeper.kill())));
    await services?.close();
    services = undefined;
  }

  function situation(): Situation {
    if (stopping.signal.aborted) return "stopping";
    // By what is seen now, not by the last round: a node that has just died makes no running testnet.
    if (planBringUp(target(), observed(), clock.now()).kind === "settled") return "running";
    if (problem !== undefined && !services?.isRunning()) return "failed";
    return settledOnce ? "degraded" : "starting";
  }

  let loop: Promise<void> | undefined;
  return {
    run: () => (loop ??= run()),
    status: () =>
      composeStatus(plan, observed(), {
        situation: situation(),
        accelerator: modules.accelerator,
        imageVersion: images.version,
        hostVersion: images.hostVersion,
        services: services?.isRunning() ? services : undefined,
        faults,
        progress: progress.read(),
        problem: problem === undefined ? null : problemOf(problem),
      }),
    async power(node, action) {
      const keeper = keeperOf(node);
      switch (action) {
        case "start":
          powered.add(node);
          wake.abort();
          return;
        case "stop":
          powered.delete(node);
          return keeper.stop();
        case "kill":
          powered.delete(node);
          return keeper.kill();
        case "reset":
          return keeper.reset();
      }
    },
    fault: async (request) => faults.apply(request),
    shutdown: (clean) => (ended ??= end(clean, loop)),
  };
}
