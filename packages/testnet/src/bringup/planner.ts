import type { ObservedTestnet, TargetTestnet } from "./observation.ts";
import { nodeStateOf } from "./node-state.ts";

/** One thing to do next. Each is safe to repeat: the plan is made again from what is observed after every step. */
export type Step =
  | { readonly kind: "start-services" }
  | { readonly kind: "start-node"; readonly node: string }
  | { readonly kind: "create-subnet"; readonly subnet: string; readonly nodeIds: readonly string[] }
  /** The version of HostOS that these nodes were made with, for their records. */
  | { readonly kind: "assign-host-version"; readonly nodeIds: readonly string[] };

export type Plan =
  /** Do these in order, then plan again. */
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  /** Nothing to do but to wait for these nodes. */
  | { readonly kind: "waiting"; readonly nodes: readonly string[] }
  /** Everything is as wanted. */
  | { readonly kind: "settled" };

/**
 * From what is the case to what comes next. Pure; `now` decides about retries.
 *
 * A subnet of the topology exists as soon as the registry lists any of its nodes in a subnet: membership changes after
 * that are the network's business, not the bring-up's; so is the version of HostOS once a node's record names one. Creation is atomic in the registry, so a crash around it shows
 * either all of it or nothing.
 */
export function planBringUp(target: TargetTestnet, observed: ObservedTestnet, now: number): Plan {
  if (observed.services === "stopped") return { kind: "steps", steps: [{ kind: "start-services" }] };
  const steps: Step[] = [];
  for (const node of target.powered) {
    const machine = observed.nodes.get(node)?.machine ?? { kind: "off" };
    if (machine.kind === "off" || (machine.kind === "failed" && machine.retryAt <= now))
      steps.push({ kind: "start-node", node });
  }
  for (const { name, nodes } of target.subnets) {
    const members = nodes.map((node) => observed.nodes.get(node));
    if (members.some((member) => member?.subnetId !== undefined)) continue;
    const nodeIds = members.map((member) => member?.nodeId).filter((id) => id !== undefined);
    if (nodeIds.length === nodes.length) steps.push({ kind: "create-subnet", subnet: name, nodeIds });
  }
  const hosts = [...target.hosts].map((node) => observed.nodes.get(node));
  const unsaid = hosts.filter((node) => node?.hostVersion === undefined).map((node) => node?.nodeId);
  const nodeIds = unsaid.filter((id) => id !== undefined);
  if (nodeIds.length > 0) steps.push({ kind: "assign-host-version", nodeIds });
  if (steps.length > 0) return { kind: "steps", steps };
  const waiting = [...target.powered].filter((node) => !isSettled(node, target, observed));
  return waiting.length > 0 ? { kind: "waiting", nodes: waiting } : { kind: "settled" };
}

/** A node of a subnet is settled when it is healthy, any other when it is registered. */
export function isSettled(node: string, target: TargetTestnet, observed: ObservedTestnet): boolean {
  const seen = observed.nodes.get(node);
  if (seen === undefined) return false;
  const state = nodeStateOf(seen);
  if (state === "healthy") return true;
  return state === "unassigned" && !target.subnets.some((subnet) => subnet.nodes.includes(node));
}
