import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createExec, makeDirectory, systemClock } from "@icos/system";
import * as v from "valibot";
import { readBases } from "../recovery/bases.ts";
import { guestDisk } from "../recovery/guest-disk.ts";
import { guestUnits } from "../recovery/guest-units.ts";
import { handOverRecoveryHash } from "../recovery/hand-over.ts";
import { nodeHttp } from "../recovery/http.ts";
import { openMedium, readRecoveryMedium } from "../recovery/read-medium.ts";
import { recover } from "../recovery/recover.ts";
import { recoveryRequestSchema } from "../recovery/request.ts";
import { announceRecovery } from "../recovery/under-way.ts";
import { answerOne } from "../root-service/answer.ts";
import { findSticks } from "../usb/sticks.ts";

/** `manual-recovery@.service`: one request of the console, as root. */
const requestSchema = v.variant("action", [
  v.strictObject({ action: v.literal("read-medium") }),
  v.strictObject({ action: v.literal("recover"), request: recoveryRequestSchema }),
]);

/** Of this request alone; the unit looks there, too, when the program has ended. */
const scratch = process.env["RUNTIME_DIRECTORY"] ?? "/run/manual-recovery";
const exec = createExec();

await makeDirectory(scratch, 0o700);
await answerOne(
  { input: process.stdin, output: process.stdout },
  requestSchema,
  async ({ request, report, signal }) => {
    switch (request.action) {
      case "read-medium":
        return readRecoveryMedium({ findSticks, open: openMedium, exec, scratch });
      case "recover": {
        const variant = (await readFile("/opt/ic/share/variant", "utf8")).trim() === "dev" ? "dev" : "prod";
        const disk = guestDisk(exec, scratch);
        await using _ = await announceRecovery(join(scratch, "announced"));
        return await recover(
          { request: request.request, report, signal },
          {
            http: nodeHttp,
            clock: systemClock,
            bases: await readBases("/boot/config/recovery.json", variant),
            directory: "/var/lib/icos/recovery/downloads",
            guest: guestUnits(exec, join(scratch, "guest-stopped")),
            holdDisk: () => disk.hold(),
            requireBootable: (slot) => disk.requireBootable(slot),
            handOver: handOverRecoveryHash,
          },
        );
      }
      default:
        return request satisfies never;
    }
  },
);
process.exit();
