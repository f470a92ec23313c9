import { rm, writeFile } from "node:fs/promises";
import type { Exec } from "@icos/system";

const SYSTEMCTL = "/usr/bin/systemctl";
/** A guest gets two minutes to shut down before its machine is ended. */
const STOP_MS = 180_000;
const START_MS = 180_000;

/**
 * The guest's virtual machines as systemd's units; for root. The file `stopped` is there from before the guest is stopped until
 * it was started again: by it the unit of a program that was killed in between knows that the guest is to be started.
 */
export function guestUnits(exec: Exec, stopped: string): { stop(): Promise<void>; start(): Promise<void> } {
  return {
    async stop() {
      await writeFile(stopped, "");
      await exec.run([SYSTEMCTL, "stop", "upgrade-guestos.service", "guestos.service"], { timeout: STOP_MS });
    },
    async start() {
      // A unit that failed too often is not started again before its failures are forgotten.
      await exec.run([SYSTEMCTL, "reset-failed", "guestos.service"]).catch(() => undefined);
      await exec.run([SYSTEMCTL, "start", "guestos.service"], { timeout: START_MS });
      await rm(stopped, { force: true });
    },
  };
}
