import { join } from "node:path";
import type { Layout, MountPlaces } from "@icos/system";

export { createLayout, type Layout } from "@icos/system";

/** What mounting needs to know of the layout. */
export function mountPlaces({ proc, run }: Pick<Layout, "proc" | "run">): MountPlaces {
  return { proc, scratch: join(run, "hostos") };
}

/** The checked HostOS object, for every program to read; no secret is in it. */
export function runConfigPath({ run }: Pick<Layout, "run">): string {
  return join(run, "config/config.json");
}

/** The volume group that holds everything of a host but its boot loader. */
export const VOLUME_GROUP = "hostlvm";

/** A logical volume of the host, e.g. `/dev/hostlvm/A_var`. */
export function volumePath({ dev }: Pick<Layout, "dev">, name: string): string {
  return join(dev, VOLUME_GROUP, name);
}
