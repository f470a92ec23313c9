import { mkdir, rename } from "node:fs/promises";
import type { Exec } from "@icos/system";
import { exists } from "./shared-files.ts";

/** The node's thin disk over the read-only base image; made once, and there whole or not at all. */
export async function ensureNodeDisk(
  node: { readonly directory: string; readonly disk: string },
  base: string,
  exec: Exec,
): Promise<void> {
  if (await exists(node.disk)) return;
  await mkdir(node.directory, { recursive: true, mode: 0o700 });
  const temporary = `${node.disk}.new`;
  await exec.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", temporary]);
  await rename(temporary, node.disk);
}
