import type { HostosConfig } from "@icos/config";
import type { Slot } from "@icos/slots";
import type { Clock, Exec, Logger, Variant } from "@icos/system";
import type { Layout } from "../layout.ts";

export interface BootModules {
  readonly exec: Exec;
  readonly clock: Pick<Clock, "sleep">;
  readonly logger: Logger;
}

/** Filled in by the phases, in their order. */
export interface BootContext extends BootModules {
  readonly layout: Layout;
  variant?: Variant;
  slot?: Slot;
  configuration?: HostosConfig;
}
