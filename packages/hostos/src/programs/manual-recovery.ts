import { readFile, rm, writeFile } from "node:fs/promises";
import { createExec, makeDirectory, systemClock } from "@icos/system";
import * as v from "valibot";
import { hostFiles } from "../console/host-files.ts";
import { readBases } from "../recovery/bases.ts";
import { guestDisk } from "../recovery/guest-disk.ts";
import { guestUnits } from "../recovery/guest-units.ts";
import { handOverRecoveryHash } from "../recovery/hand-over.ts";
import { nodeHttp } from "../recovery/http.ts";
import { openMedium, readRecoveryMedium } from "../recovery/read-medium.ts";
import { recover } from "../recovery/recover.ts";
import { recoveryRequestSchema } from "../recovery/request.ts";
import { answerOne } from "../root-service/answer.ts";
import { findSticks } from "../usb/sticks.ts";

/** `manual-recovery@.service`: one request of the console, as root. */
const requestSchema = v.variant("action", [
  v.strictObject({ action: v.literal("read-medium") }),
  v.strictObject({ action: v.literal("recover"), request: recoveryRequestSchema }),
]);

const SCRATCH = "/run/manual-recovery";
const exec = createExec();
const lock = hostFiles().recoveryLock;

await makeDirectory(SCRATCH, 0o700);
await answerOne(
  { input: process.stdin, output: process.stdout },
  requestSchema,
  async ({ request, report, signal }) => {
    switch (request.action) {
      case "read-medium":
        return readRecoveryMedium({ findSticks, open: openMedium, exec, scratch: SCRATCH });
      case "recover": {
        const variant = (await readFile("/opt/ic/share/variant", "utf8")).trim() === "dev" ? "dev" : "prod";
        const disk = guestDisk(exec, SCRATCH);
        await writeFile(lock, "");
        try {
          return await recover(
            { request: request.request, report, signal },
            {
              http: nodeHttp,
              clock: systemClock,
              bases: await readBases("/boot/config/recovery.json", variant),
              directory: "/var/lib/icos/recovery/downloads",
              guest: guestUnits(exec),
              openDisk: () => disk.open(),
              openGrubenv: () => disk.grubenv(),
              handOver: handOverRecoveryHash,
            },
          );
        } finally {
          await rm(lock, { force: true });
        }
      }
      default:
        return request satisfies never;
    }
  },
);
process.exit();
