import type { HostState, NodeState } from "../control/status-schema.ts";
import type { ObservedNode } from "./observation.ts";

/**
 * Where a node stands. Derived, never stored: its VM first, then what answers in it, then what the registry says.
 * A node that the registry knows from an earlier run is booting until something in it answers.
 */
export function nodeStateOf({ machine, answers, nodeId, subnetId }: ObservedNode): NodeState {
  if (machine.kind !== "running") return machine.kind;
  if (subnetId !== undefined && answers.replica?.healthy) return "healthy";
  if (!answers.orchestrator && answers.replica === undefined) return answers.sinceStart ? "unreachable" : "booting";
  if (nodeId === undefined) return "registering";
  return subnetId === undefined ? "unassigned" : "assigned";
}

/** Where a nested node's HostOS stands, by its VM and by what it says. */
export function hostStateOf({ machine, answers }: Pick<ObservedNode, "machine" | "answers">): HostState {
  if (machine.kind !== "running") return machine.kind;
  if (answers.host !== undefined) return "running";
  return answers.hostSinceStart ? "unreachable" : "booting";
}
