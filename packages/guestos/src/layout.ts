import { join } from "node:path";
import type { Layout, MountPlaces } from "@icos/system";

export { createLayout, type Layout } from "@icos/system";

/** What mounting needs to know of the layout. */
export function mountPlaces({ proc, run }: Pick<Layout, "proc" | "run">): MountPlaces {
  return { proc, scratch: join(run, "guestos") };
}

/** Numeric owner of everything that the node's own programs write (user and group `ic-replica`). */
export const IC_REPLICA = { uid: 2000, gid: 2000 } as const;

/** Groups whose members may read a part of what the node's programs write (`images/guestos/accounts`). */
export const READERS = {
  backup: 2101,
  nonconfidential: 2102,
  "ic-registry-local-store": 2103,
  "ic-consensus-pool": 2104,
} as const;
