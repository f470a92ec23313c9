import { rm } from "node:fs/promises";
import { writeFileDurably } from "@icos/system";
import { createPlaces } from "../guest-vm/places.ts";

export interface RecoveryHashFiles {
  /** Moved to `waiting` by the guest's unit when it starts; upstream's place. */
  readonly left: string;
  /** Removed by the start that succeeds, and so still there after those that do not. */
  readonly waiting: string;
}

const FILES: RecoveryHashFiles = {
  left: "/run/config/guestos_recovery_hash",
  waiting: createPlaces({ type: "default", slot: 0 }).recoveryHash,
};

/**
 * Leaves the hash for the next start of the guest that succeeds. Undefined takes back what was left, also by an earlier recovery:
 * a hash is for the version that it came with.
 */
export async function handOverRecoveryHash(hash: string | undefined, { left, waiting } = FILES): Promise<void> {
  await rm(waiting, { force: true });
  if (hash === undefined) await rm(left, { force: true });
  else await writeFileDurably(left, `${hash}\n`, 0o644);
}
