import type { NodeStatus, Problem } from "../control/status-schema.ts";

/** Notices nodes whose VMs do not come up however often they are started. */
export interface FailureWatch {
  /** The problem of a node that has been failing for too long. */
  update(nodes: readonly Pick<NodeStatus, "name" | "state" | "problem">[], now: number): Problem | undefined;
}

/** A node gets so long to recover; a VM that has run for so long is taken to have come up. */
const PATIENCE_MS = 30_000;
const CAME_UP_MS = 25_000;

interface Failure {
  readonly since: number;
  readonly problem: Problem;
  readonly bootingSince: number | undefined;
}

export function createFailureWatch(): FailureWatch {
  const failures = new Map<string, Failure>();
  return {
    update(nodes, now) {
      for (const node of nodes) {
        const failure = nextFailure(failures.get(node.name), node, now);
        if (failure === undefined) failures.delete(node.name);
        else failures.set(node.name, failure);
        if (failure && now - failure.since > PATIENCE_MS)
          return { ...failure.problem, message: `Node ${node.name} does not start: ${failure.problem.message}` };
      }
      return undefined;
    },
  };
}

function nextFailure(
  before: Failure | undefined,
  { state, problem }: Pick<NodeStatus, "state" | "problem">,
  now: number,
): Failure | undefined {
  if (state === "failed" && problem) return { since: before?.since ?? now, problem, bootingSince: undefined };
  if (before === undefined) return undefined;
  // Off and booting are what it looks like while it is tried again.
  if (state === "off") return before;
  if (state !== "booting") return undefined;
  const bootingSince = before.bootingSince ?? now;
  return now - bootingSince > CAME_UP_MS ? undefined : { ...before, bootingSince };
}
