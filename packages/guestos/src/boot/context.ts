import type { BootstrapEntries, GuestosConfig, Secret } from "@icos/config";
import type { Clock, Exec, Logger, Variant } from "@icos/system";
import type { Slot } from "@icos/slots";
import type { Layout } from "../layout.ts";
import type { NodeDisk } from "./node-disk.ts";

/** Sets an owner; a test that is not root records instead. */
export type SetOwner = (path: string, owner: { readonly uid: number; readonly gid: number }) => Promise<void>;

export interface BootModules {
  readonly exec: Exec;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly setOwner: SetOwner;
}

/** What the configuration medium told this boot. */
export interface NodeConfiguration {
  readonly config: GuestosConfig;
  readonly operatorKey: Secret | undefined;
  readonly entries: BootstrapEntries;
  /** False where the network cannot answer duplicate address detection. */
  readonly duplicateAddressDetection: boolean;
}

/** Filled in by the phases, in their order. */
export interface BootContext extends BootModules {
  readonly layout: Layout;
  variant?: Variant;
  slot?: Slot;
  disk?: NodeDisk;
  configuration?: NodeConfiguration;
  hostname?: string;
}
