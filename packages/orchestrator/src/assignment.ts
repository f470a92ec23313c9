/**
 * Where the node stands. Nothing stores it: it follows from what the registry says and from the replica that runs.
 *
 * - `assigned`: a subnet lists the node.
 * - `leaving`: no subnet lists it, but its replica still runs. It must not be switched off yet.
 * - `unassigned`: it has a node record, no subnet and no replica.
 * - `removed`: it has no node record.
 */
export type Assignment =
  | { readonly kind: "assigned"; readonly subnetId: string }
  | { readonly kind: "leaving"; readonly subnetId: string }
  | { readonly kind: "unassigned" }
  | { readonly kind: "removed" };

/** What the registry says about the node at one version. */
export interface Membership {
  readonly registered: boolean;
  /** The subnet that lists the node. */
  readonly subnetId: string | undefined;
  /**
   * The version that this node should run: its subnet's, its own as an API boundary node, or that of the unassigned nodes.
   * Undefined or empty when the registry does not say.
   */
  readonly replicaVersion: string | undefined;
}

/** `runningFor` is the subnet whose replica runs (or is being restarted). */
export function deriveAssignment(membership: Membership, runningFor: string | undefined): Assignment {
  if (membership.subnetId !== undefined) return { kind: "assigned", subnetId: membership.subnetId };
  if (runningFor !== undefined) return { kind: "leaving", subnetId: runningFor };
  return membership.registered ? { kind: "unassigned" } : { kind: "removed" };
}

/** What to do with the replica now. */
export type ReplicaStep =
  | { readonly kind: "keep-running"; readonly subnetId: string }
  | { readonly kind: "stop" }
  | { readonly kind: "nothing" };

/**
 * The step that brings the replica to where the assignment wants it. A replica of a version that its subnet did not ask for
 * is not started; one that already runs goes on, as it would until an upgrade.
 */
export function planReplica(
  assignment: Assignment,
  runningFor: string | undefined,
  wantedUpgrade: string | undefined,
): ReplicaStep {
  switch (assignment.kind) {
    case "assigned":
      if (runningFor !== undefined && runningFor !== assignment.subnetId) return { kind: "stop" };
      if (runningFor === undefined && wantedUpgrade !== undefined) return { kind: "nothing" };
      return { kind: "keep-running", subnetId: assignment.subnetId };
    case "leaving":
      return { kind: "stop" };
    case "unassigned":
    case "removed":
      break;
  }
  return { kind: "nothing" };
}

/** The version that the registry wants instead of the one that runs, if any. A blank version wants nothing. */
export function wantedUpgrade(membership: Membership, running: string): string | undefined {
  const { replicaVersion } = membership;
  return replicaVersion === undefined || replicaVersion === "" || replicaVersion === running
    ? undefined
    : replicaVersion;
}

export const describeAssignment = (assignment: Assignment): string =>
  assignment.kind === "assigned" || assignment.kind === "leaving"
    ? `${assignment.kind} ${assignment.subnetId}`
    : assignment.kind;

/** What the console says when the node goes from one state to the other; `undefined` as `from` is the start. */
export function transitionLine(from: Assignment | undefined, to: Assignment): string | undefined {
  if (from !== undefined && describeAssignment(from) === describeAssignment(to)) return undefined;
  switch (to.kind) {
    case "assigned":
      return `The node is assigned to subnet ${to.subnetId}.`;
    case "leaving":
      return `The node is leaving subnet ${to.subnetId}. Do not switch it off: this may take up to 15 minutes.`;
    case "unassigned":
    case "removed":
      break;
  }
  const now = to.kind === "removed" ? "has been removed from the registry" : "is unassigned";
  return from?.kind === "leaving"
    ? `The node has left subnet ${from.subnetId} and ${now}. It may be switched off.`
    : `The node ${now}.`;
}
