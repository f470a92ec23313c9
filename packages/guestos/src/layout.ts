import { join } from "node:path";
import type { MountPlaces } from "@icos/system";

/** Where the programs of GuestOS find and put things. A test has all of it in a temporary directory. */
export interface Layout {
  readonly sys: string;
  readonly proc: string;
  readonly dev: string;
  readonly run: string;
  readonly var: string;
  /** Persistent and unencrypted: the config partition. */
  readonly bootConfig: string;
  readonly bootGrub: string;
  /** What the image says about itself. */
  readonly share: string;
}

export function createLayout(root = "/"): Layout {
  return {
    sys: join(root, "sys"),
    proc: join(root, "proc"),
    dev: join(root, "dev"),
    run: join(root, "run"),
    var: join(root, "var"),
    bootConfig: join(root, "boot/config"),
    bootGrub: join(root, "boot/grub"),
    share: join(root, "opt/ic/share"),
  };
}

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
