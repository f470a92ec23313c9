import { hostStateOf, nodeStateOf } from "../bringup/node-state.ts";
import { type ObservedNode, type ObservedTestnet, UNKNOWN_NODE } from "../bringup/observation.ts";
import { problemOf } from "../control/problem.ts";
import type {
  HostStatus,
  NodeStatus,
  Problem,
  Progress,
  TestnetState,
  TestnetStatus,
} from "../control/status-schema.ts";
import type { NodePlan, TestnetPlan } from "../topology/plan.ts";
import type { FaultBoard } from "./fault-board.ts";
import type { RunningServices } from "./modules.ts";

export type Situation = Exclude<TestnetState, "stopped" | "crashed">;

export interface StatusParts {
  readonly situation: TestnetState;
  readonly accelerator: "kvm" | "tcg" | null;
  readonly imageVersion: string;
  /** Of the HostOS image, when there are nested nodes. */
  readonly hostVersion: string | undefined;
  readonly services: Pick<RunningServices, "nns" | "statusUrl"> | undefined;
  readonly faults: Pick<FaultBoard, "link" | "group"> | undefined;
  readonly progress: Progress[];
  readonly problem: Problem | null;
}

/** What `icos testnet status` shows, from the plan and what was observed. Pure. */
export function composeStatus(plan: TestnetPlan, observed: ObservedTestnet, parts: StatusParts): TestnetStatus {
  const at = (name: string): ObservedNode => observed.nodes.get(name) ?? UNKNOWN_NODE;
  return {
    name: plan.name,
    state: parts.situation,
    accelerator: parts.accelerator,
    nns: { url: parts.services?.nns.url ?? null, rootKey: parts.services?.nns.rootKey ?? null },
    nodes: plan.nodes.map((node) => nodeStatus(node, at(node.name), parts)),
    subnets: plan.subnets.map(({ name, nodes }) => ({
      name,
      subnetId: nodes.map((node) => at(node).subnetId).find((id) => id !== undefined) ?? null,
      nodes,
    })),
    progress: parts.progress,
    problem: parts.problem,
  };
}

function nodeStatus(node: NodePlan, seen: ObservedNode, parts: StatusParts): NodeStatus {
  const { services, faults, imageVersion } = parts;
  const state = nodeStateOf(seen);
  return {
    name: node.name,
    nodeId: seen.nodeId ?? null,
    ipv6: node.ipv6,
    state,
    subnetId: seen.subnetId ?? null,
    version: seen.machine.kind === "running" ? (seen.answers.replica?.version ?? imageVersion) : null,
    healthy: state === "healthy",
    statusUrl: services?.statusUrl(node.name) ?? null,
    consoleLog: node.consoleLog,
    memoryMiB: node.memoryMiB,
    host: node.host === undefined ? null : hostStatus(node.host.ipv6, seen, parts.hostVersion),
    link: faults?.link(node.name) ?? null,
    partition: faults?.group(node.name) ?? null,
    problem: seen.machine.kind === "failed" ? problemOf(seen.machine.error) : null,
  };
}

function hostStatus(ipv6: string, seen: ObservedNode, imageVersion: string | undefined): HostStatus {
  const { host } = seen.answers;
  return {
    state: hostStateOf(seen),
    ipv6,
    version: seen.machine.kind === "running" ? (host?.version ?? imageVersion ?? null) : null,
    slot: host?.slot ?? null,
    confirmed: host?.confirmed ?? null,
    guestVm: host?.guestVm ?? null,
  };
}

/** The status of a testnet that nobody runs. */
export function offlineStatus(plan: TestnetPlan, imageVersion: string, crashed: boolean): TestnetStatus {
  return composeStatus(
    plan,
    { services: "stopped", nodes: new Map() },
    {
      situation: crashed ? "crashed" : "stopped",
      accelerator: null,
      imageVersion,
      hostVersion: undefined,
      services: undefined,
      faults: undefined,
      progress: [],
      problem: null,
    },
  );
}
