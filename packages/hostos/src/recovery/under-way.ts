import { rm, writeFile } from "node:fs/promises";
import { IcosError, readFileIfExists, systemErrorCode } from "@icos/system";
import { hostFiles } from "../console/host-files.ts";

/** There while a recovery runs. */
export const RECOVERY_NOTICE = hostFiles().recoveryLock;

/** Throws `recovery-under-way` while a recovery runs: what it does must not be disturbed. */
export async function requireNoRecovery(notice = RECOVERY_NOTICE): Promise<void> {
  if ((await readFileIfExists(notice)) !== undefined) throw underWay(notice);
}

/**
 * Says until it is disposed of that a recovery runs. `own` is there for as long: a file that tells the unit, which clears up after
 * a program that was killed, that the notice is this program's. Throws `recovery-under-way` when another one runs.
 */
export async function announceRecovery(own: string, notice = RECOVERY_NOTICE): Promise<AsyncDisposable> {
  await writeFile(own, "");
  try {
    await writeFile(notice, "", { flag: "wx" });
  } catch (error) {
    await rm(own, { force: true });
    throw systemErrorCode(error) === "EEXIST" ? underWay(notice) : error;
  }
  return {
    async [Symbol.asyncDispose]() {
      await rm(notice, { force: true });
      await rm(own, { force: true });
    },
  };
}

function underWay(notice: string): IcosError {
  return new IcosError("recovery-under-way", "A manual recovery of GuestOS is under way.", {
    next: "Wait until it has ended; `status` says so.",
    place: { file: notice },
  });
}
