/** What a VM is doing, as its runner says. */
export type MachineState =
  | { readonly kind: "off" }
  | { readonly kind: "running" }
  /** It could not be started, or died too often; the supervisor tries again after `retryAt` (epoch milliseconds). */
  | { readonly kind: "failed"; readonly retryAt: number; readonly error: unknown };

/** What a nested node's HostOS says about itself. */
export interface HostAnswers {
  readonly version: string | undefined;
  readonly slot: "A" | "B" | undefined;
  /** Whether the slot is confirmed. */
  readonly confirmed: boolean | undefined;
  /** Its guest's virtual machine. */
  readonly guestVm: "running" | "stopped" | "not-defined" | undefined;
}

/** What answers inside the node, over its network. */
export interface NodeAnswers {
  readonly orchestrator: boolean;
  /** The replica's own word on itself, when it answers. */
  readonly replica: { readonly healthy: boolean; readonly version: string | undefined } | undefined;
  /** Whether anything in it has answered since its VM was last started. */
  readonly sinceStart: boolean;
  /** A nested node's host, when it answers. */
  readonly host: HostAnswers | undefined;
  /** Whether the host has answered since the VM was last started. */
  readonly hostSinceStart: boolean;
}

export interface ObservedNode {
  readonly machine: MachineState;
  readonly answers: NodeAnswers;
  /** From the registry: the node record whose address is this node's. */
  readonly nodeId: string | undefined;
  readonly subnetId: string | undefined;
  /** From the registry: the HostOS version that the node record names. */
  readonly hostVersion: string | undefined;
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
  /** Names of the nodes that have a host. */
  readonly hosts: ReadonlySet<string>;
}

export const NO_ANSWERS: NodeAnswers = {
  orchestrator: false,
  replica: undefined,
  sinceStart: false,
  host: undefined,
  hostSinceStart: false,
};

export const UNKNOWN_NODE: ObservedNode = {
  machine: { kind: "off" },
  answers: NO_ANSWERS,
  nodeId: undefined,
  subnetId: undefined,
  hostVersion: undefined,
};
