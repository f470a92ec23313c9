import { access } from "node:fs/promises";
import type { Slot } from "@icos/slots";
import { describeError, type Clock, type Exec } from "@icos/system";
import { VOLUME_GROUP, volumePath, type Layout } from "../layout.ts";

/** Controllers of many drives take their time to find all of them. */
const TRIES = 15;
const WAIT_MS = 2_000;

export interface VolumeModules {
  readonly exec: Exec;
  readonly clock: Pick<Clock, "sleep">;
}

/**
 * Activates the host's volumes. What the host itself needs must be there. The guest's volume lies across all drives, and one
 * that is dead takes it away: it is waited for, and then the host comes up without it, to say so. Returns why something
 * stayed away, if it did.
 */
export async function activateVolumes(
  layout: Pick<Layout, "dev">,
  slot: Slot,
  { exec, clock }: VolumeModules,
): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      await exec.run(["vgchange", "--quiet", "--activate", "y", VOLUME_GROUP]);
      return undefined;
    } catch (error) {
      if (!(await hostVolumesAreThere(layout, slot))) throw error;
      if (tries === TRIES) return describeError(error);
      await clock.sleep(WAIT_MS);
    }
  }
}

async function hostVolumesAreThere(layout: Pick<Layout, "dev">, slot: Slot): Promise<boolean> {
  const volumes = ["config", `${slot}_var`].map((name) => access(volumePath(layout, name)));
  return Promise.all(volumes).then(
    () => true,
    () => false,
  );
}
