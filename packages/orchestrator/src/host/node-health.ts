import { toPlainText, type GuestHealth } from "@icos/vsock";

/** What a node's health is derived from. */
export interface HealthFacts {
  readonly nodeId: string;
  /** While the node starts: the last that it said on its own console. */
  readonly startup: string | undefined;
  /** Checks of the assignment that failed in a row. */
  readonly failedChecks: number;
  /** The registry was read since the node started: what it has stored says nothing about its network. */
  readonly registryRead: boolean;
  /** The registry could not be read several times in a row. */
  readonly registryUnreachable: boolean;
  /** The replica should run, has ended by itself, and waits to be started again. */
  readonly replicaDown: boolean;
}

/** A single check may fail for reasons that pass. */
const FAILED_CHECKS = 3;

/**
 * How the node is, as its host and its operator need to know it. Healthy is a node that is registered, reaches and follows the registry,
 * and runs its replica if it has one to run; whether a subnet lists it is the network's business.
 */
export function nodeHealth(facts: HealthFacts): GuestHealth {
  const as = (state: GuestHealth["state"], detail: string | null): GuestHealth => ({
    state,
    "node-id": facts.nodeId,
    detail,
  });
  if (facts.startup !== undefined) return as("starting", toPlainText(facts.startup));
  if (facts.registryUnreachable) return as("unhealthy", "The registry cannot be read.");
  if (!facts.registryRead) return as("starting", "The registry has not been read yet.");
  if (facts.failedChecks >= FAILED_CHECKS) return as("unhealthy", "The node cannot follow the registry.");
  if (facts.replicaDown) return as("unhealthy", "The replica has ended and waits to be started again.");
  return as("healthy", null);
}
