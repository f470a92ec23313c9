import { rm } from "node:fs/promises";
import { writeFileDurably } from "@icos/system";

/** Read and removed by the next start of the guest; upstream's place. */
export const RECOVERY_HASH_FILE = "/run/config/guestos_recovery_hash";

/** Leaves the hash for the next start of the guest; undefined takes back what was left. */
export async function handOverRecoveryHash(hash: string | undefined, file = RECOVERY_HASH_FILE): Promise<void> {
  if (hash === undefined) await rm(file, { force: true });
  else await writeFileDurably(file, `${hash}\n`, 0o644);
}
