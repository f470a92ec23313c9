import { join } from "node:path";
import type { MountPlaces } from "@icos/system";

/** Where the programs of HostOS find and put things. A test has all of it in a temporary directory. */
export interface Layout {
  readonly sys: string;
  readonly proc: string;
  readonly dev: string;
  readonly run: string;
  readonly var: string;
  /** Persistent, shared by both slots: the volume `config`. */
  readonly bootConfig: string;
  /** The partition with `grubenv`; read-only but for the moment of a write. */
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
