import type { NodeState } from "../control/status-schema.ts";
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
