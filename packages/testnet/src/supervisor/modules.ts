import type { Clock, Logger } from "@icos/system";
import type { HostAnswers } from "../bringup/observation.ts";
import type { LinkFault } from "../control/status-schema.ts";
import type { NodePlan } from "../topology/plan.ts";

/** One node's virtual machine with its disks. Every operation is safe in every state. */
export interface Machine {
  /** True while QEMU runs, a reboot of the guest included; false once it has ended for whatever reason. */
  isRunning(): boolean;
  start(): Promise<void>;
  /** Asks the guest to shut down; cuts the power when it does not in time. */
  stop(): Promise<void>;
  /** Cuts the power. */
  kill(): Promise<void>;
  /** Presses the reset button: the guest boots again. */
  reset(): Promise<void>;
}

/** What the registry says about the nodes, from verified answers. */
export interface RegistrySnapshot {
  /** Node ids by the address in their record. */
  readonly nodeIdByAddress: ReadonlyMap<string, string>;
  /** The subnet of each member, by node id. */
  readonly subnetIdByNode: ReadonlyMap<string, string>;
  /** The HostOS version that a node's record names, by node id. */
  readonly hostVersionByNode: ReadonlyMap<string, string>;
}

/** What answers in a node at this moment. */
export interface NodeProbe {
  readonly orchestrator: boolean;
  readonly replica: { readonly healthy: boolean; readonly version: string | undefined } | undefined;
  /** Of a nested node. */
  readonly host: HostAnswers | undefined;
}

/** The testnet's network services, once they run. */
export interface RunningServices {
  readonly nns: { readonly url: string; /** DER, hex. */ readonly rootKey: string };
  /** `/api/v2/status` of a node on the loopback. */
  statusUrl(node: string): string;
  /** False once they have ended; they are started again then. */
  isRunning(): boolean;
  readRegistry(): Promise<RegistrySnapshot>;
  createSubnet(nodeIds: readonly string[]): Promise<void>;
  /** The version of HostOS that the testnet was made with, for the records of these nodes. */
  assignHostVersion(nodeIds: readonly string[]): Promise<void>;
  probe(node: NodePlan): Promise<NodeProbe>;
  close(): Promise<void>;
}

/** The ports of the virtual switch. */
export interface Links {
  set(node: string, fault: LinkFault): void;
  /** Groups of nodes that reach each other and the services; undefined heals. */
  partition(groups: readonly (readonly string[])[] | undefined): void;
}

/** What a supervisor works with; the real ones are in `real-modules.ts`. */
export interface SupervisorModules {
  readonly accelerator: "kvm" | "tcg";
  startServices(): Promise<RunningServices>;
  /** Makes what a node needs before its VM can start (disk, configuration medium), and its VM, not started. */
  prepareMachine(node: NodePlan, services: RunningServices): Promise<Machine>;
  readonly links: Links;
  readonly clock: Clock;
  readonly logger: Logger;
}
