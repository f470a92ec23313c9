import { join } from "node:path";

/** Where the programs of an operating system find and put things. A test has all of it in a temporary directory. */
export interface Layout {
  readonly sys: string;
  readonly proc: string;
  readonly dev: string;
  readonly run: string;
  readonly var: string;
  /** Persistent, unencrypted, shared by both slots: a partition of GuestOS, a volume of HostOS. */
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
