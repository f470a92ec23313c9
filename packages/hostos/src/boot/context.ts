import type { HostosConfig } from "@icos/config";
import type { Slot } from "@icos/slots";
import { IcosError, type Clock, type Exec, type Logger } from "@icos/system";
import type { Layout } from "../layout.ts";

/** What the image says about itself in `/opt/ic/share/variant`. */
export type Variant = "prod" | "dev";

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

/** A value that an earlier phase has left in the context. */
export function present<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new IcosError("boot-order", `The boot needs ${name} before the phase that finds it.`);
  return value;
}
