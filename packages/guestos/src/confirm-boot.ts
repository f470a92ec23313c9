import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "@icos/system";
import { confirmBoot, fileGrubenvStore, runningSlot, type GrubenvStore } from "@icos/slots";
import type { Layout } from "./layout.ts";

/** Created by the orchestrator, which may not write to `/boot/grub`, when the node is healthy. */
export function confirmRequestPath({ run }: Pick<Layout, "run">): string {
  return join(run, "ic-node/confirm-boot");
}

/**
 * Makes the running slot the one that is booted from now on. `/boot/grub` is writable only while the new state is
 * written, and stays read-only when there is nothing to write.
 */
export async function confirmRunningSlot(layout: Layout, exec: Exec): Promise<void> {
  // First, so that a failure is not tried again at once: the unit starts whenever the request is there.
  await rm(confirmRequestPath(layout), { force: true });
  const slot = runningSlot(await readFile(join(layout.proc, "cmdline"), "utf8"));
  await confirmBoot(remountingStore(layout, exec), slot);
}

function remountingStore({ bootGrub }: Layout, exec: Exec): GrubenvStore {
  const store = fileGrubenvStore(join(bootGrub, "grubenv"));
  const remount = async (access: "rw" | "ro"): Promise<void> => {
    await exec.run(["mount", "-o", `remount,${access}`, bootGrub]);
  };
  return {
    ...store,
    async write(block) {
      await remount("rw");
      try {
        await store.write(block);
      } finally {
        await remount("ro");
      }
    },
  };
}
