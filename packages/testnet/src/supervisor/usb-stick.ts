import { rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "@icos/system";
import type { NodePlan } from "../topology/plan.ts";
import { exists } from "./shared-files.ts";

export const STICK_LABEL = "STICK";

export function stickFile({ directory }: Pick<NodePlan, "directory">): string {
  return join(directory, "stick.img");
}

/** The USB stick that the topology gives a nested node: a FAT file system without partitions, as big as it says. Made once. */
export async function ensureStick(node: Pick<NodePlan, "directory" | "usbStickMiB">, exec: Exec): Promise<void> {
  const file = stickFile(node);
  if (node.usbStickMiB === undefined || (await exists(file))) return;
  const temporary = `${file}.new`;
  await rm(temporary, { force: true });
  await writeFile(temporary, "", { mode: 0o600 });
  await truncate(temporary, node.usbStickMiB * 1024 * 1024);
  await exec.run(["mkfs.fat", "-F", "32", "-n", STICK_LABEL, temporary]);
  await rename(temporary, file);
}
