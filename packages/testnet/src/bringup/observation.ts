/** What a VM is doing, as its runner says. */
export type MachineState =
  | { readonly kind: "off" }
  | { readonly kind: "running" }
  /** It could not be started, or died too often; the supervisor tries again after `retryAt` (epoch milliseconds). */
  | { readonly kind: "failed"; readonly retryAt: number; readonly error: unknown };

/** What answers inside the node, over its network. */
export interface NodeAnswers {
  readonly orchestrator: boolean;
  /** The replica's own word on itself, when it answers. */
  readonly replica: { readonly healthy: boolean; readonly version: string | undefined } | undefined;
  /** Whether anything in it has answered since its VM was last started. */
  readonly sinceStart: boolean;
}

export interface ObservedNode {
  readonly machine: MachineState;
  readonly answers: NodeAnswers;
  /** From the registry: the node record whose address is this node's. */
  readonly nodeId: string | undefined;
  readonly subnetId: string | undefined;
}

/** What is the case now. Everything in it is read afresh, nothing is remembered across a crash. */
export interface ObservedTestnet {
  readonly services: "stopped" | "running";
  /** By node name. */
  readonly nodes: ReadonlyMap<string, ObservedNode>;
}

/** What is wanted. */
export interface TargetTestnet {
  /** Names of the nodes whose VMs are to run; a node that the user has powered off is not among them. */
  readonly powered: ReadonlySet<string>;
  readonly subnets: readonly { readonly name: string; readonly nodes: readonly string[] }[];
}

export const UNKNOWN_NODE: ObservedNode = {
  machine: { kind: "off" },
  answers: { orchestrator: false, replica: undefined, sinceStart: false },
  nodeId: undefined,
  subnetId: undefined,
};
